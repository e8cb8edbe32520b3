// Shows notices that come by web push, also while no page of the house is open.
self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  const look = { body: said.text, tag: said.tag, data: said.url, icon: "/static/ui/mark.svg", requireInteraction: Boolean(said.urgent) };
  event.waitUntil(self.registration.showNotification(said.title || "Pendopo", look));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  if (event.notification.data) event.waitUntil(self.clients.openWindow(event.notification.data));
});
