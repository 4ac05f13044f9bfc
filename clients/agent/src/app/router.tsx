/** Every address of the console. The inbox comes at once; the rest when it is asked for. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { PRIORITIES, type Priority } from "@shared/types";
import type { Contact, View } from "@lib/model";
import { VIEWS } from "@lib/model";
import { InboxPage } from "./InboxPage";
import { Broken, Lost } from "./Lost";
import { Root } from "./Root";
import { Desk } from "./Desk";

const root = createRootRoute({ component: Root, notFoundComponent: Lost, errorComponent: Broken });
const text = (value: unknown): string | undefined => (typeof value === "string" && value ? value : undefined);

const signIn = createRoute({
  getParentRoute: () => root, path: "/sign-in",
  validateSearch: (search): { to?: string | undefined } => ({ to: text(search["to"]) }),
  component: lazyRouteComponent(() => import("@features/people/SignIn"), "SignIn"),
});
const reset = createRoute({
  getParentRoute: () => root, path: "/reset",
  validateSearch: (search): { token?: string | undefined } => ({ token: text(search["token"]) }),
  component: lazyRouteComponent(() => import("@features/people/ResetPassword"), "ResetPassword"),
});
const invitation = createRoute({
  getParentRoute: () => root, path: "/join",
  validateSearch: (search): { token?: string | undefined } => ({ token: text(search["token"]) }),
  component: lazyRouteComponent(() => import("@features/people/AcceptInvitation"), "AcceptInvitation"),
});

const desk = createRoute({ getParentRoute: () => root, id: "desk", component: Desk });
const home = createRoute({
  getParentRoute: () => desk, path: "/", beforeLoad: () => { throw redirect({ to: "/inbox", replace: true }); },
});
export interface InboxSearch {
  view?: View | undefined; inbox?: string | undefined; priority?: Priority | undefined; sort?: "priority" | undefined;
}
const inbox = createRoute({
  getParentRoute: () => desk, path: "/inbox",
  validateSearch: (search): InboxSearch => ({
    view: VIEWS.find((one) => one === search["view"]), inbox: text(search["inbox"]),
    priority: PRIORITIES.find((one) => one === search["priority"]), sort: search["sort"] === "priority" ? "priority" : undefined,
  }),
  component: InboxPage,
});
const inboxOpen = createRoute({ getParentRoute: () => inbox, path: "$id" });
const contacts = createRoute({
  getParentRoute: () => desk, path: "/contacts",
  validateSearch: (search): { q?: string | undefined } => ({ q: text(search["q"]) }),
  component: lazyRouteComponent(() => import("@features/contacts/ContactsPage"), "ContactsPage"),
});
const contact = createRoute({
  getParentRoute: () => desk, path: "/contacts/$id",
  component: lazyRouteComponent(() => import("@features/contacts/ContactPage"), "ContactPage"),
});
export interface SearchSearch {
  q?: string | undefined; type?: "message" | "contact" | undefined; inbox?: string | undefined; channel?: string | undefined;
  from?: string | undefined; to?: string | undefined;
}
const search = createRoute({
  getParentRoute: () => desk, path: "/search",
  validateSearch: (given): SearchSearch => ({
    q: text(given["q"]), type: given["type"] === "message" || given["type"] === "contact" ? given["type"] : undefined,
    inbox: text(given["inbox"]), channel: text(given["channel"]), from: text(given["from"]), to: text(given["to"]),
  }),
  component: lazyRouteComponent(() => import("@features/search/SearchPage"), "SearchPage"),
});
const queueHome = createRoute({
  getParentRoute: () => desk, path: "/queue", component: lazyRouteComponent(() => import("@features/shops/QueuePage"), "QueuePage"),
});
const queue = createRoute({
  getParentRoute: () => desk, path: "/queue/$id", component: lazyRouteComponent(() => import("@features/shops/QueuePage"), "QueuePage"),
});
const playground = createRoute({
  getParentRoute: () => desk, path: "/playground",
  component: lazyRouteComponent(() => import("./PlaygroundPage"), "PlaygroundPage"),
});
const wizard = createRoute({
  getParentRoute: () => desk, path: "/start",
  validateSearch: (given): { channel?: string | undefined } => ({ channel: text(given["channel"]) }), component: lazyRouteComponent(() => import("@features/inboxes/Wizard"), "Wizard"),
});

const settings = createRoute({
  getParentRoute: () => desk, path: "/settings", component: lazyRouteComponent(() => import("./SettingsPage"), "SettingsPage"),
});
const inboxesPage = createRoute({ getParentRoute: () => settings, path: "inboxes", component: lazyRouteComponent(() => import("@features/inboxes/InboxesPage"), "InboxesPage") });
const accountPage = createRoute({ getParentRoute: () => settings, path: "accounts/$id", component: lazyRouteComponent(() => import("@features/inboxes/AccountPage"), "AccountPage") });
const consentBack = createRoute({ getParentRoute: () => settings, path: "authorised", component: lazyRouteComponent(() => import("@features/inboxes/Consent"), "ConsentBack") });
const widgetPage = createRoute({ getParentRoute: () => settings, path: "widget", component: lazyRouteComponent(() => import("@features/inboxes/WidgetPage"), "WidgetPage") });
const quarantinePage = createRoute({ getParentRoute: () => settings, path: "quarantine", component: lazyRouteComponent(() => import("@features/inboxes/QuarantinePage"), "QuarantinePage") });
const agentsPage = createRoute({ getParentRoute: () => settings, path: "agents", component: lazyRouteComponent(() => import("@features/people/AgentsPage"), "AgentsPage") });
const teamsPage = createRoute({ getParentRoute: () => settings, path: "teams", component: lazyRouteComponent(() => import("@features/people/TeamsPage"), "TeamsPage") });
const tokensPage = createRoute({ getParentRoute: () => settings, path: "tokens", component: lazyRouteComponent(() => import("@features/people/TokensPage"), "TokensPage") });
const profilePage = createRoute({ getParentRoute: () => settings, path: "profile", component: lazyRouteComponent(() => import("@features/people/ProfilePage"), "ProfilePage") });
const workspacePage = createRoute({ getParentRoute: () => settings, path: "workspace", component: lazyRouteComponent(() => import("@features/people/WorkspacePage"), "WorkspacePage") });
const macrosPage = createRoute({ getParentRoute: () => settings, path: "macros", component: lazyRouteComponent(() => import("@features/conversations/macros/MacrosPage"), "MacrosPage") });
const tagsPage = createRoute({ getParentRoute: () => settings, path: "tags", component: lazyRouteComponent(() => import("@features/library/TagsPage"), "TagsPage") });

const tree = root.addChildren([
  signIn, reset, invitation,
  desk.addChildren([
    home, inbox.addChildren([inboxOpen]), contacts, contact, search, queueHome, queue, playground, wizard,
    settings.addChildren([inboxesPage, accountPage, consentBack, widgetPage, quarantinePage, agentsPage, teamsPage, tokensPage, profilePage, workspacePage, tagsPage, macrosPage]),
  ]),
]);

export const router = createRouter({ routeTree: tree, defaultPreload: "intent", scrollRestoration: false });

declare module "@tanstack/react-router" {
  interface Register { router: typeof router }
  interface HistoryState { contact?: Contact }
}
