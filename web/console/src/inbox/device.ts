/** A browser's own long description in two words; what is not recognised stays as it is. */

const SYSTEMS: [RegExp, string][] = [
  [/iPad/, "iPad"],
  [/iPhone/, "iPhone"],
  [/HarmonyOS|OpenHarmony/, "HarmonyOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "macOS"],
  [/Linux/, "Linux"],
];

/** The more particular names first: nearly every browser also calls itself Chrome or Safari. */
const BROWSERS: [RegExp, string][] = [
  [/MicroMessenger/, "WeChat"],
  [/Edg\//, "Edge"],
  [/QQBrowser/, "QQ"],
  [/HuaweiBrowser/, "Huawei"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
];

export function deviceName(description: string | null): string {
  if (!description?.startsWith("Mozilla/")) return description ?? "";
  const first = (list: [RegExp, string][]): string =>
    list.find(([pattern]) => pattern.test(description))?.[1] ?? "";
  return [first(SYSTEMS), first(BROWSERS)].filter(Boolean).join(" · ") || description;
}
