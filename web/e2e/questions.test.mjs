/** What people ask, in the widget: on opening, and while somebody writes. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { DESKTOP, PHONE, startBrowser, startService, widget } from "./rig.mjs";

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

const visit = async (viewport = DESKTOP, more = {}) => {
  context = await browser.newContext({ viewport, locale: "en-GB", ...more });
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(`${service.base}/?lang=en`);
  const it = widget(page);
  await it.open();
  return { page, it, listed: it.find(".suggested li"), hot: it.find(".hot button") };
};
/** Typed as a person types, so that the field tells of it. */
const type = async ({ it, listed }, text) => {
  await it.field.pressSequentially(text);
  await listed.first().waitFor();
};

test("the most asked questions are shown before the first message, without what the house proposes", async () => {
  const { it, hot } = await visit();
  await hot.first().waitFor();
  assert.deepEqual(await hot.allTextContents(), [
    "How long does delivery take?",
    "How long does a refund take?",
    "What is your return policy?",
    "Who pays for return shipping?",
  ]);
  await hot.nth(2).click();
  await it.mine.filter({ hasText: "What is your return policy?" }).waitFor();
  assert.equal(await hot.count(), 0);
});

test("while somebody writes at most three questions are listed, above the field", async () => {
  const { it, listed } = await visit(PHONE, { hasTouch: true });
  await type({ it, listed }, "return");
  assert.equal(await listed.count(), 3);
  const [list, field] = await Promise.all([it.find(".suggested").boundingBox(), it.field.boundingBox()]);
  assert.ok(list.y + list.height <= field.y, "the field is free");
  await listed.nth(1).tap();
  await it.mine.filter({ hasText: "What is your return policy?" }).waitFor();
  assert.equal(await it.field.inputValue(), "");
  assert.equal(await listed.count(), 0);
});

test("arrows choose and Enter sends the choice; without a choice it sends what was written", async () => {
  const at = await visit();
  await type(at, "return");
  await at.page.keyboard.press("ArrowUp");
  assert.equal(await at.listed.nth(2).getAttribute("aria-selected"), "true");
  const active = await at.it.field.getAttribute("aria-activedescendant");
  assert.equal(active, await at.listed.nth(2).getAttribute("id"));
  await at.page.keyboard.press("Enter");
  await at.it.mine.filter({ hasText: "Who pays for return shipping?" }).waitFor();
  await type(at, "return");
  await at.page.keyboard.press("Enter");
  await at.it.mine.getByText("return", { exact: true }).waitFor();
});

test("Escape closes the list and leaves the panel; the next one closes the panel", async () => {
  const at = await visit();
  await type(at, "return");
  await at.page.keyboard.press("Escape");
  assert.equal(await at.listed.count(), 0);
  assert.equal(await at.it.field.inputValue(), "return");
  assert.ok(await at.it.panel.isVisible());
  await at.page.keyboard.press("Escape");
  assert.equal(await at.it.panel.isVisible(), false);
});

test("what the page puts into the field is for the visitor to go on with: not sent, and nothing is listed", async () => {
  const { page, it } = await visit();
  const asked = [];
  page.on("request", (request) => request.url().includes("/suggest") && asked.push(request.url()));
  await page.evaluate(() => window.Keting.compose("About return: "));
  await it.find(".composer:focus-within").waitFor();
  assert.equal(await it.field.inputValue(), "About return: ");
  await page.evaluate(() => window.Keting.compose("Something else"));
  assert.equal(await it.field.inputValue(), "About return: ");
  assert.equal(await it.mine.count(), 0);
  assert.deepEqual(asked, []);
});

test("with an agent there the visitor is not interrupted", async () => {
  const { page, it } = await visit();
  await it.write("hello");
  await it.find(".row.theirs[data-seq]").waitFor();
  await service.scene("agent");
  await it.find(".who").filter({ hasText: "林晓" }).waitFor();
  const asked = [];
  page.on("request", (request) => request.url().includes("/suggest") && asked.push(request.url()));
  await page.clock.install();
  await it.field.pressSequentially("return");
  await page.clock.fastForward(5000); // far beyond the pause after the last key
  await it.field.press("Enter");
  await it.mine.getByText("return", { exact: true }).waitFor();
  assert.deepEqual(asked, []);
});
