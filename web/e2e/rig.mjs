/** A browser and the pretended service, for checks of the widget alone. */
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const startBrowser = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });

/** The pretended service over what `npm run build` left; `scene` stages a situation for the newest visitor. */
export const startService = async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL("../dev/fake-server.mjs", import.meta.url))], {
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const base = await new Promise((resolve, reject) => {
    child.stdout.on("data", (data) => {
      const found = /http:\S+(?=\/)/.exec(String(data));
      if (found) resolve(found[0]);
    });
    child.on("exit", (code) => reject(new Error(`the pretended service ended with ${code}`)));
  });
  const scene = async (name) => {
    const answer = await fetch(`${base}/_fake/scene`, { method: "POST", body: JSON.stringify({ name }) });
    if (!answer.ok) throw new Error(`no scene ${name}`);
  };
  return { base, scene, stop: () => child.kill() };
};

/** A shop on another origin, with a strict policy for scripts and styles. */
export const startShop = async (service, { attributes = "", body = "" } = {}) => {
  const server = createServer((_, response) => {
    response.writeHead(200, {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": `default-src 'none'; script-src ${service}; connect-src ${service} ${service.replace("http", "ws")}; img-src ${service}`,
    });
    response.end(
      `<!doctype html><html lang="en"><body><h1>Shop</h1>${body}<script src="${service}/widget.js" async ${attributes}></script></body></html>`,
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
};

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/**
 * What a person does with the widget, by name.
 *
 * `find` looks inside of the widget alone: the shop around it has rows and pictures too, and a wait that
 * one of them ends has waited for nothing.
 */
export const widget = (page) => {
  const root = page.locator("#keting-widget");
  const find = (selector, options) => root.locator(selector, options);
  const field = find(".composer textarea");
  return {
    find,
    launcher: find(".launcher"),
    panel: find(".panel"),
    field,
    log: find(".transcript"),
    mine: find(".row.mine .text"),
    open: async () => {
      await find(".launcher").click();
      await find(".transcript").waitFor();
      // The focus follows the first drawing; a key pressed before goes to the launcher.
      await find(".panel:focus-within").waitFor();
    },
    write: async (text) => {
      await field.fill(text);
      await field.press("Enter");
    },
  };
};
