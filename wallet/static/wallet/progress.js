"use strict";
// While a worker is at it (data-live), a page asks every two seconds how far it is; when that ends, it is read anew once.
document.addEventListener("DOMContentLoaded", () => {
  const panel = document.querySelector("[data-live='1']");
  if (!panel) return;
  let wait = 2000;
  const ask = async () => {
    try {
      const answer = await fetch(panel.dataset.url, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const now = await answer.json();
      if (now.status !== panel.dataset.status) {
        location.reload();
        return;
      }
      for (const place of panel.querySelectorAll("[data-say]")) place.textContent = now[place.dataset.say];
      for (const bar of panel.querySelectorAll("[data-share]")) bar.style.width = now[bar.dataset.share] + "%";
      wait = 2000;
    } catch {
      wait = Math.min(wait * 2, 60000); // the server is busy or the session ended: ask less often, keep what is shown
    }
    setTimeout(ask, wait);
  };
  setTimeout(ask, wait);
});
