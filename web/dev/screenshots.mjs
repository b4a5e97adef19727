/**
 * Pictures of every state of the widget, against the pretended service: `node dev/screenshots.mjs OUT [name …]`.
 *
 * Needs `npm run build` first and a Chromium (CHROMIUM, or on the path).
 */
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const [out = "screenshots", ...only] = process.argv.slice(2);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
await mkdir(out, { recursive: true });

const server = spawn(process.execPath, [here("fake-server.mjs")], { env: { ...process.env, PORT: "0" } });
server.stderr.pipe(process.stderr);
const base = await new Promise((resolve) =>
  server.stdout.on("data", (data) => {
    const found = /http:\S+/.exec(String(data));
    if (found) resolve(found[0]);
  }),
);
const scene = async (name) => {
  const answer = await fetch(`${base}_fake/scene`, { method: "POST", body: JSON.stringify({ name }) });
  if (!answer.ok) throw new Error(`no scene ${name}`);
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
    ...["--disable-component-update", "--disable-sync"],
  ],
});
const faults = [];

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/** @type {Record<string, (at: {page: import("playwright-core").Page, open(): Promise<void>, write(text: string): Promise<void>, pause(ms?: number): Promise<void>, zh: boolean}) => Promise<void>>} */
const SHOTS = {
  shop: async ({ pause }) => pause(400),
  greeting: async ({ open }) => open(),
  menu: async ({ open, page, pause }) => {
    await open();
    await page.locator(".menu > button").click();
    await pause(200);
  },
  talk: async ({ open, write, zh, pause }) => {
    await open();
    await write(zh ? "我的订单到哪了？" : "Where is my order?");
    await pause(1200);
    await write(zh ? "怎么退货？" : "How do I return something?");
    await pause(1200);
  },
  pressed: async ({ open, write, zh, page, pause }) => {
    await open();
    await write(zh ? "怎么退货？" : "How do I return something?");
    await pause(1200);
    await page.locator(".bubble .chip").first().click();
    await pause(300);
  },
  queue: async ({ open, write, zh, pause, page }) => {
    await open();
    await write(zh ? "音箱连不上网" : "My speaker does not connect");
    await pause(1000);
    await page.locator(".pill").click();
    await pause();
  },
  agent: async ({ open, pause }) => {
    await open();
    await scene("queue");
    await scene("agent");
    await pause();
    await scene("typing");
    await pause(400);
  },
  lightbox: async ({ open, pause, page }) => {
    await open();
    await scene("agent");
    await pause();
    await page.locator("button.picture").click();
    await pause(400);
  },
  rating: async ({ open, pause, page }) => {
    await open();
    await scene("agent");
    await scene("close");
    await pause();
    await page.locator(".stars button").nth(3).click();
    await pause(300);
  },
  rated: async ({ open, pause, page }) => {
    await open();
    await scene("agent");
    await scene("close");
    await pause();
    await page.locator(".stars button").nth(4).click();
    await page.locator(".rating .primary").click();
    await pause();
  },
  "rated-back": async ({ open, pause, write, zh }) => {
    await open();
    await scene("agent");
    await scene("back");
    await pause();
    await write(zh ? "门店在哪里？" : "Where are your shops?");
    await pause(1400);
  },
  ticket: async ({ open, write, pause, zh }) => {
    await open();
    await write(zh ? "我要报修" : "I need a repair");
    await pause(1000);
    await scene("ticket-reply");
    await scene("ticket-state");
    await pause();
  },
  "ticket-teaser": async ({ open, pause, page }) => {
    await open();
    await scene("agent");
    await scene("close");
    await scene("ticket-open");
    await pause(400);
    await page.locator(".header .icon-button").last().click();
    await pause(300);
    await scene("ticket-reply");
    await pause(600);
  },
  handoff: async ({ open, write, pause, zh }) => {
    await open();
    await write(zh ? "转人工" : "a person please");
    await pause(1300);
  },
  ask: async ({ page, pause }) => {
    await page.locator(".product .ask").first().click();
    await pause(1800);
  },
  contact: async ({ open, pause, page, zh }) => {
    await open();
    await scene("off-duty");
    await pause(300);
    await page.locator(".pill").click();
    await page.locator(".sheet textarea").fill(zh ? "投影仪遥控器坏了，怎么换？" : "My remote is broken.");
    await page.locator(".sheet input").fill("abc");
    await page.locator(".sheet .primary").click();
    await pause();
  },
  contents: async ({ open, pause }) => {
    await open();
    await scene("contents");
    await scene("ticket");
    await pause();
  },
  history: async ({ open, pause, page }) => {
    await open();
    await scene("history");
    await pause();
    await page.reload();
    await open();
    await page.locator(".transcript").evaluate((box) => (box.scrollTop = 900));
    await pause();
    await scene("says");
    await pause();
  },
  nobody: async ({ open, pause, page }) => {
    await open();
    await scene("nobody");
    await pause();
    await page.locator(".event .chip").click();
    await page.locator(".sheet .primary").click();
    await pause();
  },
  left: async ({ open, pause, page, zh }) => {
    await open();
    await scene("off-duty");
    await pause(300);
    await page.locator(".pill").click();
    await page.locator(".sheet textarea").fill(zh ? "投影仪遥控器坏了，怎么换？" : "My remote is broken.");
    await page.locator(".sheet input").fill("13800138000");
    await page.locator(".sheet .primary").click();
    await pause();
  },
  "bot-missing": async ({ open, pause }) => {
    await open();
    await scene("bot-missing");
    await pause();
  },
  reconnecting: async ({ open, pause, write, zh }) => {
    await open();
    await write(zh ? "在吗" : "Hello?");
    await pause(1000);
    await scene("down");
    await pause(200);
    await write(zh ? "断网的时候写的这一句" : "Written while the network is away");
    await pause(2200);
    await scene("up");
  },
  unreachable: async ({ open, pause }) => {
    await scene("down");
    await open(false);
    await pause(1500);
    await scene("up");
  },
  failed: async ({ open, pause, page, zh }) => {
    await open();
    await page.route("**/uploads", (route) => route.abort());
    const picker = page.locator('input[type="file"]');
    await picker.setInputFiles({
      name: zh ? "购物小票.png" : "receipt.png",
      mimeType: "image/png",
      buffer: Buffer.from(PNG, "base64"),
    });
    await picker.setInputFiles({ name: "video.mov", mimeType: "video/quicktime", buffer: Buffer.from("x") });
    await picker.setInputFiles({
      name: zh ? "开箱视频.png" : "unboxing.png",
      mimeType: "image/png",
      buffer: Buffer.alloc(11_000_000),
    });
    await pause();
    await page.locator(".composer textarea").fill(zh ? "先发文字吧" : "Let me write instead");
    await page.locator(".composer textarea").press("Enter");
    await pause(1200);
  },
  preview: async ({ open, pause, page }) => {
    await open();
    await scene("agent");
    await pause(400);
    await page.locator(".header .icon-button").last().click();
    await pause(300);
    await scene("says");
    await pause(600);
  },
  dark: async ({ page, open, pause }) => {
    await page.emulateMedia({ colorScheme: "dark" });
    await open();
    await scene("contents");
    await scene("agent");
    await pause();
  },
  yellow: async ({ page, open, pause, write, zh }) => {
    await page.route("**/sessions", async (route) => {
      const answer = await route.fetch();
      const body = await answer.json();
      body.widget.colour = "#ffd400";
      await route.fulfill({ response: answer, json: body });
    });
    await open();
    await write(zh ? "怎么退货？" : "How do I return something?");
    await pause(1200);
  },
};

const VIEWS = { 1440: { width: 1440, height: 900 }, 390: { width: 390, height: 844 } };
for (const [name, play] of Object.entries(SHOTS)) {
  if (only.length && !only.includes(name)) continue;
  for (const [width, viewport] of Object.entries(VIEWS)) {
    for (const language of ["zh", "en"]) {
      const context = await browser.newContext({
        viewport,
        locale: language === "zh" ? "zh-CN" : "en-GB",
        timezoneId: "Asia/Shanghai",
        deviceScaleFactor: width === "390" ? 2 : 1,
        hasTouch: width === "390",
      });
      const page = await context.newPage();
      page.on("pageerror", (error) => faults.push(`${name} ${width} ${language}: ${error.stack}`));
      const pause = (ms = 700) => page.waitForTimeout(ms);
      const open = async (ready = true) => {
        await page.locator(".launcher").click();
        if (ready) await page.locator(".transcript").waitFor();
        await pause(350);
      };
      const write = async (text) => {
        await page.locator(".composer textarea").fill(text);
        await page.locator(".composer textarea").press("Enter");
      };
      try {
        await page.goto(`${base}?lang=${language}`);
        await play({ page, open, write, pause, zh: language === "zh" });
        await page.screenshot({ path: `${out}/${name}-${width}-${language}.png` });
      } catch (error) {
        faults.push(`${name} ${width} ${language}: ${error.message.split("\n")[0]}`);
        await page.screenshot({ path: `${out}/${name}-${width}-${language}-FAILED.png` });
      }
      await context.close();
    }
  }
}
await browser.close();
server.kill();
if (faults.length) {
  console.error(faults.join("\n"));
  process.exitCode = 1;
}
