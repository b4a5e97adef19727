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
  assert.match(await it.find(".row.failed .meta.error").textContent(), /Larger than 10 MB/);
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

test("a reply from a ticket is a bubble, and while closed a teaser and a badge that survive a reload", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  await it.write("hello");
  await it.find(".row.theirs[data-seq]").waitFor();
  // The conversation is over, but a ticket is open: news may come.
  await service.scene("close");
  await it.find(".event").waitFor();
  await service.scene("ticket-open");
  await page.keyboard.press("Escape");
  await service.scene("ticket-reply");
  await it.find(".preview").waitFor();
  assert.match(await it.find(".preview").textContent(), /林晓.*T260109-0042.*power board/s);
  await eventually(async () => (await it.find(".badge").textContent()) === "1", "the badge");
  await page.reload();
  await eventually(async () => (await it.find(".badge").textContent()) === "1", "the badge after the reload");
  assert.match(await it.launcher.getAttribute("aria-label"), /1 unread/);
  await service.scene("ticket-state");
  await eventually(async () => (await it.find(".badge").textContent()) === "2", "its new state counts too");
  await it.launcher.click();
  const bubble = it.find(".row.theirs", { hasText: "Reply to ticket T260109-0042" });
  await bubble.waitFor();
  assert.equal(await bubble.locator(".author").textContent(), "林晓");
  assert.match(await bubble.locator(".text").textContent(), /power board/);
  await eventually(async () => !(await it.find(".badge").isVisible()), "the badge goes");
});

test("the rating is asked for below the end, can be changed, and its thanks go with the next message", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  await service.scene("agent");
  await it.find(".picture").waitFor();
  assert.equal(await it.find(".rating").count(), 0);
  await service.scene("close");
  await it.find('.rating [role="radio"]').nth(4).click();
  await it.find(".rating .primary").click();
  await it.find(".rating.done").waitFor();
  const focused = () =>
    page.evaluate(() => document.getElementById("keting-widget").shadowRoot.activeElement?.textContent);
  await eventually(async () => (await focused()) === "Change", "the focus is where it can be changed");
  await it.write("one more thing");
  await eventually(async () => (await it.find(".rating").count()) === 0, "the thanks are gone");
  await page.reload();
  await it.open();
  await it.find(".row.mine").first().waitFor();
  assert.equal(await it.find(".rating").count(), 0);
});

test("back with the bot the rating stays where people left, and x takes it away for good", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  await service.scene("agent");
  await service.scene("back");
  await it.find(".rating").waitFor();
  await it.write("hello");
  await it.find(".rating ~ .row.theirs[data-seq]").waitFor(); // the talk goes on below it
  await it.find('.rating [aria-label="Do not rate"]').click();
  assert.equal(await it.find(".rating").count(), 0);
  const focused = await page.evaluate(
    () => document.getElementById("keting-widget").shadowRoot.activeElement?.tagName,
  );
  assert.equal(focused, "TEXTAREA");
  await page.reload();
  await it.find(".row.mine").first().waitFor({ state: "attached" });
  await it.open();
  assert.equal(await it.find(".rating").count(), 0);
});

test("who has scrolled up and sends, presses or attaches sees it", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  await service.scene("history");
  await it.write("How do I return something?");
  await it.find(".bubble .chip").first().waitFor();
  const up = () => it.log.evaluate((log) => ((log.scrollTop = 300), log.dispatchEvent(new Event("scroll"))));
  const atEnd = () => it.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 4);
  const acts = {
    sends: () => it.write("down here"),
    presses: () =>
      it
        .find(".bubble .chip")
        .first()
        .evaluate((chip) => chip.click()),
    attaches: () =>
      it
        .find('input[type="file"]')
        .setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("x") }),
  };
  for (const [what, act] of Object.entries(acts)) {
    await up();
    await eventually(async () => !(await atEnd()), "scrolled up");
    await act();
    await eventually(atEnd, `the end, when the visitor ${what}`);
    await it.find(".jump").waitFor({ state: "detached" });
  }
});

test("a failed file stays in its place, and can be sent again or removed", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  await it.write("hello");
  await it.find(".row.theirs[data-seq]").waitFor();
  await page.route("**/uploads", (route) => route.abort());
  const file = { name: "receipt.txt", mimeType: "text/plain", buffer: Buffer.from("x") };
  await it.find('input[type="file"]').setInputFiles(file);
  const failed = it.find(".row.failed");
  await failed.waitFor();
  assert.match(await failed.textContent(), /Upload failed.*Send again.*Delete/s);
  await it.write("later");
  await it.find(".row.failed ~ .row.mine", { hasText: "later" }).waitFor();
  await page.unroute("**/uploads");
  await failed.getByRole("button", { name: "Send again" }).click();
  await it.find(".row.mine[data-seq] .file").waitFor();
  assert.equal(await failed.count(), 0);
  await it.find('input[type="file"]').setInputFiles({ ...file, name: "a.mov", mimeType: "video/quicktime" });
  await failed.getByRole("button", { name: "Delete" }).click();
  assert.equal(await failed.count(), 0);
});

for (const [language, complaint] of [
  ["zh", "请填写手机号或邮箱"],
  ["zh-Hant", "請填寫手機號碼或信箱"],
  ["en", "Please give a phone number or an e-mail address"],
]) {
  test(`a contact that is none is told at the field (${language})`, async () => {
    const page = await visit();
    const it = widget(page);
    await page.evaluate((language) => window.Keting.setLanguage(language), language);
    await it.open();
    await service.scene("off-duty");
    await it.find(".pill").click();
    await it.find(".sheet textarea").fill("My remote is broken");
    const contact = it.find(".sheet input");
    await contact.fill("abc");
    await it.find(".sheet .primary").click();
    const alert = it.find('.sheet [role="alert"]');
    assert.match(await alert.textContent(), new RegExp(complaint));
    assert.equal(await contact.getAttribute("aria-invalid"), "true");
    assert.equal(await contact.getAttribute("aria-describedby"), await alert.getAttribute("id"));
    assert.ok(await contact.evaluate((field) => field.getRootNode().activeElement === field));
    await contact.fill("138 0013 8000");
    assert.equal(await alert.count(), 0);
    await it.find(".sheet .primary").click();
    await it.find(".sheet .ticket").waitFor();
  });
}

test("the page asks for the visitor: sent, or below what is being written", async () => {
  const page = await visit();
  const it = widget(page);
  await page.locator(".product .ask").first().click();
  await it.find(".row.mine[data-seq]").waitFor();
  assert.deepEqual(await it.mine.allTextContents(), ["Tell me about the Keting S2 speaker"]);
  await page.locator('[data-ask="s3q"]').click();
  await eventually(async () => (await it.mine.count()) === 2, "the second question");
  await it.field.fill("I was writing");
  await page.evaluate(() => window.Keting.ask("  Where is my order?  "));
  assert.equal(await it.field.inputValue(), "I was writing\nWhere is my order?");
  assert.equal(await it.mine.count(), 2);
  assert.ok(await it.field.evaluate((field) => field.getRootNode().activeElement === field));
  await page.evaluate(() => window.Keting.ask(" "));
  assert.equal(await it.field.inputValue(), "I was writing\nWhere is my order?");
});

test("the launcher says what it does, and keeps the unread when the language changes", async () => {
  const page = await visit();
  const it = widget(page);
  const label = () => it.launcher.getAttribute("aria-label");
  assert.equal(await label(), "Open chat");
  await it.open();
  assert.equal(await label(), "Close chat");
  await page.evaluate(() => window.Keting.setLanguage("zh"));
  assert.equal(await label(), "收起在线客服");
  await service.scene("agent");
  await it.find(".picture").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await label(), "打开在线客服");
  await service.scene("says");
  await eventually(async () => (await label()) === "打开在线客服 (1 条未读)", "the count");
  await page.evaluate(() => window.Keting.setLanguage("zh-Hant"));
  assert.equal(await label(), "開啟線上客服 (1 則未讀)");
  await page.evaluate(() => window.Keting.setLanguage("en"));
  assert.equal(await label(), "Open chat (1 unread)");
});

test("a chat that cannot be loaded while a conversation is open is tried again", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  await it.write("hello");
  await it.find(".row.theirs[data-seq]").waitFor();
  await page.keyboard.press("Escape");
  let failures = 0;
  await page.route("**/widget/chat-*", (route) => (failures++ < 2 ? route.abort() : route.continue()));
  await page.reload();
  await it.find(".row.mine[data-seq]").waitFor({ state: "attached" });
  assert.equal(failures, 3);
});

test("when the greeting goes, the focus that was on one of its buttons goes to the field", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  await it.find(".suggestions button").first().focus();
  await page.keyboard.press("Enter");
  await it.find(".row.mine").waitFor();
  assert.equal(await it.find(".welcome").count(), 0);
  assert.ok(await it.field.evaluate((field) => field.getRootNode().activeElement === field));
});

test("a handoff is told once: by the bot, or by the event where the bot said nothing", async () => {
  const page = await visit();
  const it = widget(page);
  await it.open();
  await it.write("a person please");
  await it.find(".queue").waitFor();
  await it.find(".row.theirs[data-seq]", { hasText: "getting you a person" }).waitFor();
  assert.equal(await it.find(".event").count(), 0);
  await it.find(".queue button").click();
  await it.find(".event").waitFor(); // back with the assistant
  await it.find(".pill").click();
  await it.find(".event", { hasText: "Connecting you to a person" }).waitFor();
});

test("a page that is not allowed tells its makers in the console, and visitors nothing of it", async () => {
  const shop = await startShop(service.base);
  try {
    context = await browser.newContext({ viewport: DESKTOP });
    const page = await context.newPage();
    const said = [];
    page.on("console", (message) => message.type() === "error" && said.push(message.text()));
    await service.scene("refuse");
    await page.goto(shop.url);
    const it = widget(page);
    await it.launcher.click();
    await it.find(".nothing", { hasText: "The chat is not available here" }).waitFor();
    assert.equal(await it.find(".nothing button").count(), 0);
    const told = said.filter((line) => line.startsWith("Keting:"));
    assert.equal(told.length, 1);
    assert.match(told[0], new RegExp(`${new URL(shop.url).origin} is not allowed .*Allowed sites`));
    // Entered meanwhile: coming back to the page is enough.
    await service.scene("allow");
    await page.evaluate(() => dispatchEvent(new Event("focus")));
    await it.log.waitFor();
  } finally {
    await service.scene("allow");
    shop.stop();
  }
});
