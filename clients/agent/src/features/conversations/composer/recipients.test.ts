import { expect, test } from "vitest";
import type { Message } from "@shared/types";
import type { Contact, Inbox, Way } from "@lib/model";
import { recipientsOf } from "./recipients";

const contact = { identities: [{ kind: "email", value: "carol@client.test" }] } as unknown as Contact;
const inboxes = [{ accounts: [{ address: "help@desk.test" }, { address: null }] }] as unknown as Inbox[];
const mail = (meta: Record<string, unknown>, kind = "incoming") => ({ kind, meta }) as unknown as Message;

test("everybody on the mail stays on the answer, but us and its sender", () => {
  const answered = mail({ sender: "bob@client.test", to: ["Help <help+x@desk.test>", "Dora <Dora@client.test>"], cc: ["carol@client.test", "bob@client.test"] });
  expect(recipientsOf([mail({}, "outgoing"), answered], contact, inboxes)).toEqual({ to: "bob@client.test", cc: ["dora@client.test", "carol@client.test"] });
});

test("every address of ours is us", () => {
  const answered = mail({ sender: "bob@client.test", to: ["Sales <Sales@desk.test>"], cc: ["dora@client.test"] });
  const ways = [{ senders: [{ address: "help@desk.test" }, { address: "sales@desk.test" }] }, {}] as unknown as Way[];
  expect(recipientsOf([answered], contact, inboxes, ways).cc).toEqual(["dora@client.test"]);
});

test("without a mail it goes to the contact alone", () => {
  expect(recipientsOf([], contact, inboxes)).toEqual({ to: "carol@client.test", cc: [] });
});
