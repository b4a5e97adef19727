/** The widget in a real browser against the pretended service: `npm run build && npm run test:browser`. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { DESKTOP, PHONE, startBrowser, startService, startShop, widget } from "./rig.mjs";

let browser, service, context;
const faults = [];
before(async () => {
  [browser, service] = await Promise.all([startBrowser(), startService()]);
});
after(async () => {
  await browser?.close();
  service?.stop();
});
afterEach(async () => {
  await context?.close();
  assert.deepEqual(faults.splice(0), []);
});

const visit = async (viewport = DESKTOP, url = `${service.base}/?lang=en`, more = {}) => {
  context = await browser.newContext({ viewport, locale: "en-GB", ...more });
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(url);
  return page;
};
const eventually = async (check, what) => {
  for (let i = 0; i < 100; i++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`never happened: ${what}`);
};

test("until it is opened only the loader is fetched", async () => {
  const fetched = [];
  context = await browser.newContext();
  const page = await context.newPage();
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  await page.goto(`${service.base}/?lang=en`);
  await page.locator(".launcher").waitFor();
  assert.ok(fetched.includes("/widget.js"));
  assert.ok(!fetched.some((path) => path.startsWith("/widget/chat")));
  assert.ok(!fetched.includes("/api/visitor/v1/sessions"));
});

test("Enter sends, Shift+Enter breaks the line", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  await it.field.pressSequentially("one");
  await it.field.press("Shift+Enter");
  await it.field.pressSequentially("two");
  await it.field.press("Enter");
  await eventually(
    async () => (await it.mine.allTextContents()).includes("one\ntwo"),
    "both lines in one message",
  );
  assert.equal(await it.field.inputValue(), "");
});

test("Enter that ends a composition of an input method does not send", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  await it.field.focus();
  const ime = await context.newCDPSession(page);
  await ime.send("Input.imeSetComposition", { text: "ni hao", selectionStart: 6, selectionEnd: 6 });
  await ime.send("Input.dispatchKeyEvent", {
    type: "keyDown",
    key: "Enter",
    code: "Enter",
    windowsVirtualKeyCode: 229,
  });
  assert.equal(await it.mine.count(), 0);
  await ime.send("Input.insertText", { text: "你好" });
  assert.equal(await it.mine.count(), 0);
  await it.field.press("Enter");
  await eventually(
    async () => (await it.mine.allTextContents()).includes("你好"),
    "the composed text is sent",
  );
});

test("markup in a message is shown as it was written", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  const bait = `<img src=x onerror="window.caught=1"><b>bold</b> javascript:alert(1)`;
  await it.write(bait);
  await eventually(async () => (await it.mine.allTextContents()).includes(bait), "the text itself");
  assert.equal(await page.evaluate(() => window.caught), undefined);
  assert.equal(await it.find(".row.mine .text a").count(), 0);
});

test("Escape closes and gives the focus back to the launcher", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  await page.keyboard.press("Escape");
  assert.equal(await it.panel.isVisible(), false);
  const focused = await page.evaluate(
    () => document.getElementById("keting-widget").shadowRoot.activeElement?.className ?? "",
  );
  assert.match(focused, /launcher/);
});

test("on a phone the panel fills the screen, keeps the focus and nothing overflows", async () => {
  const page = await visit(PHONE, undefined, { hasTouch: true });
  const it = widget(page);
  await it.open();
  await service.scene("contents");
  // Its last; what comes later takes the greeting away, and with it the focus from the greeting's buttons.
  await it.find(".card").waitFor();
  // The panel rises into its place; until it is there it is measured somewhere else.
  await it.panel.evaluate((panel) => Promise.all(panel.getAnimations().map(({ finished }) => finished)));
  assert.deepEqual(await it.panel.boundingBox(), { x: 0, y: 0, width: 390, height: 844 });
  const inside = () =>
    page.evaluate(() => {
      const root = document.getElementById("keting-widget").shadowRoot;
      return root.querySelector(".panel").contains(root.activeElement);
    });
  for (let i = 0; i < 25; i++) {
    await page.keyboard.press("Tab");
    assert.ok(await inside(), `Tab ${i} stays inside`);
  }
  const wide = await it.log.evaluate((log) => log.scrollWidth > log.clientWidth);
  assert.equal(wide, false);
});

test("a lost connection is said, and what was written meanwhile arrives once", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  await it.write("first");
  // Numbered by the service: neither the greeting nor the dots of somebody who types.
  await it.find(".row.theirs[data-seq]").waitFor();
  await service.scene("down");
  await it.write("while away");
  await it.find(".notice.warn").waitFor();
  await service.scene("up");
  // The pauses between tries have grown meanwhile, to more than `eventually` waits.
  await it.find(".notice.warn").waitFor({ state: "detached" });
  // Back online it is still on its way: only what has arrived can have arrived once.
  await eventually(async () => (await it.find(".row.waiting").count()) === 0, "the service has it");
  assert.equal((await it.mine.allTextContents()).filter((text) => text === "while away").length, 1);
});

test("after a reload an open conversation is there with its badge, without a click", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  await service.scene("agent");
  await it.find(".picture").waitFor();
  await page.keyboard.press("Escape");
  await page.reload();
  await it.panel.waitFor({ state: "attached" });
  await eventually(async () => (await it.find(".row").count()) > 3, "history without a click");
  await service.scene("says");
  await eventually(async () => (await it.find(".badge").textContent()) === "1", "the badge");
  assert.match(await it.launcher.getAttribute("aria-label"), /1 unread/);
  await it.launcher.click();
  await eventually(async () => !(await it.find(".badge").isVisible()), "the badge goes");
});

for (const reloaded of [false, true]) {
  const how = reloaded ? " and the page reloaded" : "";
  test(`what was written just before the panel was closed${how} is sent without a click`, async () => {
    const page = await visit();
    const it = widget(page);
    // No link: the service cannot say that there is a conversation, nor that there is none.
    await page.route("**/socket-ticket", (route) => route.abort());
    await it.open();
    await it.write("one more thing");
    await page.keyboard.press("Escape");
    await it.panel.waitFor({ state: "hidden" });
    await page.unroute("**/socket-ticket");
    if (reloaded) await page.reload();
    await it.find(".row.mine[data-seq]").waitFor({ state: "attached" });
    assert.deepEqual(await it.mine.allTextContents(), ["one more thing"]);
  });
}

test("images are uploaded with a picker or by pasting; what is too large is refused at once", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  const png = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
    "base64",
  );
  const picker = it.find('input[type="file"]');
  await picker.setInputFiles({ name: "small.png", mimeType: "image/png", buffer: png });
  await eventually(async () => (await it.find(".row.mine .picture").count()) === 1, "the picture");
  await picker.setInputFiles({ name: "huge.png", mimeType: "image/png", buffer: Buffer.alloc(11_000_000) });
  assert.match(await it.find(".row.failed .error").textContent(), /Larger than 10 MB/);
  await it.field.evaluate(
    (field, bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], "pasted.png", { type: "image/png" }));
      field.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
      );
    },
    [...png],
  );
  await eventually(async () => (await it.find(".row.mine .picture").count()) === 2, "the pasted picture");
});

test("the language changes at once, and stays over a reload", async () => {
  const page = await visit(DESKTOP, `${service.base}/`);
  const it = widget(page);
  await it.open();
  await it.find(".menu > button").click();
  await it.find('.menu-list [lang="zh-Hant"]').click();
  await eventually(
    async () => (await it.field.getAttribute("placeholder")) === "輸入訊息…",
    "Traditional words",
  );
  await page.reload();
  await it.open();
  assert.equal(await it.field.getAttribute("placeholder"), "輸入訊息…");
});

test("it works on a strict page of another origin, by one tag, with the page's own calls", async () => {
  const shop = await startShop(service.base, { attributes: 'data-language="zh" data-position="left"' });
  try {
    const page = await visit(DESKTOP, shop.url);
    const it = widget(page);
    await it.launcher.waitFor();
    const box = await it.launcher.boundingBox();
    assert.ok(box.x < 100, "on the left");
    await page.evaluate(() => {
      window.heard = [];
      for (const event of ["ready", "open", "message", "close"]) {
        window.Keting.on(event, () => window.heard.push(event));
      }
      window.Keting.open();
    });
    await it.log.waitFor();
    assert.equal(await it.field.getAttribute("placeholder"), "输入消息…");
    await it.write("从别的网站来");
    await eventually(async () => (await page.evaluate(() => window.heard)).includes("message"), "the event");
    await page.evaluate(() => window.Keting.close());
    assert.deepEqual(
      (await page.evaluate(() => window.heard)).filter((event) => event !== "message"),
      ["open", "ready", "close"],
    );
  } finally {
    shop.stop();
  }
});

test("everything a keyboard reaches has a name", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  await service.scene("contents");
  await service.scene("agent");
  await service.scene("close");
  await it.find(".rating").waitFor(); // the last of it: with it everything is there
  const nameless = await it.panel.evaluate((panel) =>
    [...panel.querySelectorAll("button, a, textarea, input:not([hidden]), audio, [role]")]
      .filter(
        (one) =>
          !(
            one.ariaLabel ||
            one.getAttribute("aria-labelledby") ||
            one.textContent.trim() ||
            one.role === "status"
          ),
      )
      .map((one) => one.outerHTML.slice(0, 120)),
  );
  assert.deepEqual(nameless, []);
});
