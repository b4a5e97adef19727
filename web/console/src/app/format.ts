/** Times, spans and numbers in the person's language. Pure: the language is an argument. */

export function clockTime(at: string, language: string): string {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false }).format(
    new Date(at),
  );
}

export function fullTime(at: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", hour12: false }).format(
    new Date(at),
  );
}

export function dateOnly(at: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(at));
}

/** A short stamp for lists: the time today, the weekday this week, the date before. */
export function stamp(at: string, language: string, nowMs: number): string {
  const then = new Date(at);
  const today = new Date(nowMs);
  if (then.toDateString() === today.toDateString()) return clockTime(at, language);
  const days = (nowMs - then.getTime()) / 86_400_000;
  if (days < 6) return new Intl.DateTimeFormat(language, { weekday: "short" }).format(then);
  const sameYear = then.getFullYear() === today.getFullYear();
  return new Intl.DateTimeFormat(
    language,
    sameYear ? { month: "numeric", day: "numeric" } : { dateStyle: "short" },
  ).format(then);
}

/** A span as the two largest units: "45s", "3m 20s", "2h 05m"; in Chinese 45 秒, 3 分 20 秒, 2 小时 5 分. */
export function span(seconds: number, language: string): string {
  const whole = Math.max(0, Math.round(seconds));
  const isZh = language.startsWith("zh");
  if (whole < 60) return isZh ? `${whole} 秒` : `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 10) return isZh ? `${minutes} 分 ${whole % 60} 秒` : `${minutes}m ${whole % 60}s`;
  if (minutes < 60) return isZh ? `${minutes} 分钟` : `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return isZh ? `${hours} 小时 ${minutes % 60} 分` : `${hours}h ${minutes % 60}m`;
  const days = Math.floor(hours / 24);
  return isZh ? `${days} 天 ${hours % 24} 小时` : `${days}d ${hours % 24}h`;
}

export function secondsSince(at: string, nowMs: number): number {
  return Math.max(0, (nowMs - Date.parse(at)) / 1000);
}

export function percent(share: number, language: string): string {
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(share);
}

export function bytes(size: number, language: string): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  let index = 0;
  let value = size;
  while (value >= 1000 && index < units.length - 1) {
    value /= 1000;
    index += 1;
  }
  const style = {
    style: "unit",
    unit: units[index],
    unitDisplay: "short",
    maximumFractionDigits: value < 10 ? 1 : 0,
  } as const;
  return new Intl.NumberFormat(language, style as Intl.NumberFormatOptions).format(value);
}
