/** The service worker of our origin: shows what was pushed, and leads back to the page where the chat was. */

type Notice = { readonly title: string; readonly body: string; readonly url: string; readonly tag: string };
type Waiting = Event & { waitUntil(done: Promise<unknown>): void };
type Pushed = Waiting & { readonly data: { json(): Notice } | null };
type Tapped = Waiting & { readonly notification: Notification };

// What a worker has, without the types of a page that are named the same.
const worker = self as unknown as {
  addEventListener(type: "push", heard: (event: Pushed) => void): void;
  addEventListener(type: "notificationclick", heard: (event: Tapped) => void): void;
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { openWindow(url: string): Promise<unknown> };
};

worker.addEventListener("push", (event) => {
  const notice = event.data?.json();
  if (notice) event.waitUntil(worker.registration.showNotification(notice.title, { body: notice.body, tag: notice.tag, data: notice.url }));
});

worker.addEventListener("notificationclick", (event) => {
  const url = event.notification.data as string;
  event.notification.close();
  if (url) event.waitUntil(worker.clients.openWindow(url));
});
