import { expect, test } from "vitest";

import { isContact } from "../src/contact.ts";

// tests/unit/test_contacts.py has the same examples.
test.each([
  "13800138000",
  "138 0013 8000",
  "+86 138-0013-8000",
  "１３８００１３８０００",
  "(021) 6234-5678 转 801",
  "王芳，13800138000，下午六点后",
  "+44 (0)20 7946 0958",
  "wang.fang@example.com",
  "邮箱：wang@例子.公司",
])("%j is a way to reach somebody", (text) => expect(isContact(text)).toBe(true));

test.each(["", "abc", "微信同名", "12345", "a@b", "a@b.c", "@example.com", "1".repeat(16)])(
  "%j is none",
  (text) => expect(isContact(text)).toBe(false),
);
