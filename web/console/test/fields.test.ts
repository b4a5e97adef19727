import { mount } from "@vue/test-utils";
import { reactive } from "vue";
import { describe, expect, it } from "vitest";

import { ApiError } from "../src/api/client";
import { i18n } from "../src/i18n";
import { bothWritten, fieldOf, useFields, written } from "../src/settings/fields";
import FormField from "../src/settings/FormField.vue";

i18n.global.locale.value = "en";

describe("fields of a form", () => {
  it("say nothing before anybody tries to save, and nothing any more once corrected", () => {
    const draft = reactive({ name: "" });
    const fields = useFields(
      () => ({ ...draft }),
      () => ({ name: written(draft.name) }),
    );
    expect([fields.at("name"), fields.isBad.value]).toEqual(["", false]);
    expect(fields.check()).toBe(false);
    expect([fields.at("name"), fields.isBad.value]).toEqual(["Please fill this in.", true]);
    draft.name = "Li";
    expect([fields.at("name"), fields.isBad.value, fields.check()]).toEqual(["", false, true]);
  });

  it("carry a refusal of the service in words without raw names, until the field is changed", () => {
    const draft = reactive({ greeting: { zh: "x", en: "" }, slug: "a" });
    const fields = useFields(
      () => ({ ...draft }),
      () => ({}),
    );
    const refused = (code: string, message: string, field: string): boolean =>
      fields.refuse(new ApiError(422, code, message, field));
    expect(refused("too_long", "“greeting.zh”太长。", "greeting.zh")).toBe(true);
    expect(fields.at("greeting")).toBe("The Chinese text is too long.");
    draft.greeting = { zh: "y", en: "" };
    expect([fields.at("greeting"), fields.isBad.value]).toEqual(["", false]);
    expect(refused("slug_taken", "This identifier is taken.", "slug")).toBe(true);
    expect(fields.at("slug")).toBe("This identifier is taken.");
    expect(refused("bad_time_zone", "No such zone.", "time_zone")).toBe(false);
    expect(fields.refuse(new Error("network"))).toBe(false);
  });

  it("are found by the path that the service names", () => {
    const known = ["bot", "bot.name", "origins", "title"];
    expect(fieldOf("bot.name.zh", known)).toBe("bot.name");
    expect(fieldOf("origins[2]", known)).toBe("origins");
    expect(fieldOf("titles", known)).toBeNull();
  });

  it("need both languages, and an empty greeting is none", () => {
    expect(bothWritten({ zh: "您好", en: "Hello" })).toBe("");
    expect(bothWritten({ zh: " ", en: "Hello" })).toBe("Please fill in the Chinese text.");
    expect(bothWritten({})).toBe("Please fill in the Chinese and English text.");
    expect(bothWritten({ zh: "您好" })).toBe("Please fill in the English text.");
  });

  it("tell assistive technology what is wrong, and that it is no longer", async () => {
    const field = mount(FormField, {
      props: { label: "Name", for: "n", error: "Too long." },
      slots: { default: '<input id="n" />' },
    });
    const input = field.get("input");
    expect(input.attributes("aria-invalid")).toBe("true");
    expect(field.get('[role="alert"]').attributes("id")).toBe(input.attributes("aria-describedby"));
    await field.setProps({ error: "" });
    expect(input.attributes("aria-invalid")).toBeUndefined();
    expect(input.attributes("aria-describedby")).toBeUndefined();
  });
});
