/**
 * Pictures of the console, in both languages, on a desk and on a phone, light and dark.
 *
 * Needs a Chromium (CHROMIUM names another than the system one).
 *
 *   node dev/shoot-console.mjs --url http://127.0.0.1:8010 --out screenshots [--only inbox] [--user lin] [--password demo]
 */
import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const { values: options } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:8010" },
    out: { type: "string", default: "screenshots" },
    only: { type: "string", default: "" },
    user: { type: "string", default: "" },
    password: { type: "string", default: "demo" },
    sizes: { type: "string", default: "desk,phone" },
    languages: { type: "string", default: "zh,en" },
    dark: { type: "boolean", default: false },
  },
});
const SIZES = {
  desk: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
  lap: { width: 1100, height: 760 },
};
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const waitFor = (selector) => (page) => page.locator(selector).first().waitFor();
const openFirst = async (page) => {
  await page.locator(".row").first().click();
  await page.locator(".transcript article").first().waitFor();
};
/** name: who, path, what to do before the picture */
const SHOTS = {
  login: { path: "/console/login", act: waitFor("#username") },
  inbox: { user: "chen", path: "/console/inbox", act: waitFor(".row") },
  conversation: { user: "chen", path: "/console/inbox", act: openFirst },
  queue: { user: "chen", path: "/console/inbox?view=queue", act: openFirst },
  visitor: {
    user: "chen",
    path: "/console/inbox",
    act: async (page, size) => {
      await openFirst(page);
      if (size !== "desk") await page.locator("header.head button").last().click();
      await page.locator(".panel .n-tabs-tab").nth(1).click();
    },
  },
  packet: {
    user: "chen",
    path: "/console/inbox",
    phone: true,
    act: async (page, size) => {
      await openFirst(page);
      if (size !== "desk") await page.locator("header.head button").last().click();
    },
  },
  history: {
    user: "chen",
    path: "/console/inbox",
    act: async (page, size) => {
      await openFirst(page);
      if (size !== "desk") await page.locator("header.head button").last().click();
      await page.locator(".panel .n-tabs-tab").nth(2).click();
    },
  },
  canned: {
    user: "chen",
    path: "/console/inbox",
    act: async (page) => {
      await openFirst(page);
      await page.locator("textarea").fill("/re");
      await page.locator("textarea").press("End");
    },
  },
  transfer: {
    user: "chen",
    path: "/console/inbox",
    act: async (page) => {
      await openFirst(page);
      await page.keyboard.press("t");
    },
  },
  close: {
    user: "chen",
    path: "/console/inbox",
    act: async (page) => {
      await openFirst(page);
      await page.keyboard.press("c");
    },
  },
  ticketdialog: {
    user: "chen",
    path: "/console/inbox",
    act: async (page) => {
      await openFirst(page);
      await page.keyboard.press("m");
      await page.locator("article.theirs").nth(1).click();
      await page.locator("article.theirs").nth(2).click();
      await page.locator(".bar .n-button--primary-type").click();
    },
  },
  all: { user: "lin", path: "/console/inbox?view=all", act: openFirst },
  tickets: { user: "lin", path: "/console/tickets", act: waitFor("table tbody tr, .ticket-row") },
  ticket: {
    user: "lin",
    path: "/console/tickets",
    act: async (page) => {
      await page.locator(".ticket-row").nth(1).click();
      await page.locator(".timeline").waitFor();
    },
  },
  board: { user: "lin", path: "/console/board", act: waitFor(".tile") },
  ...Object.fromEntries(
    ["profile", "people", "groups", "departments", "canned", "hours", "widget", "audit"].map((name) => [
      `settings-${name}`,
      { user: "admin", path: `/console/settings/${name}`, act: waitFor(".section") },
    ]),
  ),
  "settings-index": { user: "admin", path: "/console/settings", act: waitFor(".settings") },
  "people-edit": {
    user: "admin",
    path: "/console/settings/people",
    act: async (page) => {
      await page.locator("tbody tr").first().click();
    },
  },
  help: {
    user: "chen",
    path: "/console/inbox",
    act: async (page) => {
      await page.locator(".row").first().waitFor();
      await page.keyboard.press("?");
    },
  },
};

await mkdir(options.out, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ARGS,
});
for (const size of options.sizes.split(",")) {
  for (const language of options.languages.split(",")) {
    for (const [name, shot] of Object.entries(SHOTS)) {
      if (options.only && !options.only.split(",").includes(name)) continue;
      const context = await browser.newContext({
        viewport: SIZES[size],
        deviceScaleFactor: size === "phone" ? 2 : 1,
        locale: language === "zh" ? "zh-CN" : "en-GB",
        colorScheme: options.dark ? "dark" : "light",
      });
      const page = await context.newPage();
      page.on(
        "console",
        (line) =>
          ["error", "warning"].includes(line.type()) && console.log(`${name}: ${line.text().slice(0, 300)}`),
      );
      page.on("pageerror", (error) => console.log(`${name}: ${error}`));
      try {
        await page.addInitScript(
          (code) => localStorage.setItem("keting.prefs", JSON.stringify({ language: code })),
          language,
        );
        await page.goto(`${options.url}/console/login`);
        if (shot.user) {
          await page.locator("#username").fill(options.user || shot.user);
          await page.locator("#password").fill(options.password);
          await page.keyboard.press("Enter");
          await page.locator(".shell").waitFor();
          await page.goto(options.url + shot.path);
        }
        await shot.act(page, size);
        await page.waitForTimeout(450);
      } catch (error) {
        console.log(`${name} ${size} ${language}: ${String(error).split("\n")[0]}`);
      }
      await page.screenshot({
        path: `${options.out}/${name}-${size}-${language}${options.dark ? "-dark" : ""}.png`,
      });
      await context.close();
    }
  }
}
await browser.close();
