import { expect, it } from "vitest";
import type { Posed } from "../src/protocol";
import { check } from "../src/questions";

const asked: readonly Posed[] = [
  { name: "name", kind: "name", required: true, label: "", options: [] },
  { name: "email", kind: "email", required: false, label: "", options: [] },
  { name: "phone", kind: "phone", required: false, label: "", options: [] },
  { name: "topic", kind: "choice", required: true, label: "Topic", options: [{ value: "An order", label: "An order" }] },
];
const fine = { name: "Dora", email: "dora@example.test", phone: "+34 600 00 00 00", topic: "An order" };

it("takes what the server takes", () => {
  expect(check(asked, fine)).toEqual({});
  expect(check(asked, { ...fine, email: "", phone: "" })).toEqual({});
});

it("names what is missing or cannot be right", () => {
  expect(check(asked, { ...fine, name: "  ", topic: "" })).toEqual({ name: "ask_missing", topic: "ask_missing" });
  expect(check(asked, { ...fine, email: "dora", phone: "((((((((" })).toEqual({ email: "email_wrong", phone: "phone_wrong" });
  expect(check(asked, { ...fine, phone: "call me maybe" })).toEqual({ phone: "phone_wrong" });
});
