"use strict";
// Says back, under each rupiah field, how the typed amount will be read: one zero too many is seen before it is sent.
(() => {
  const names = [[1e12, "triliun"], [1e9, "miliar"], [1e6, "juta"], [1e3, "ribu"]];
  const read = (text) => {
    const digits = text.trim().replace(/^rp\.? ?/i, "");
    if (/^[0-9]{1,15}$/.test(digits)) return Number(digits);
    if (/^[0-9]{1,3}(\.[0-9]{3}){1,4}$/.test(digits)) return Number(digits.replaceAll(".", ""));
    return null;
  };
  const say = (amount) => {
    const figure = "Rp " + amount.toLocaleString("id-ID");
    const name = names.find(([unit]) => amount >= unit);
    if (!name) return figure;
    return figure + " (" + (amount / name[0]).toLocaleString("id-ID", { maximumFractionDigits: 3 }) + " " + name[1] + ")";
  };
  document.addEventListener("DOMContentLoaded", () => {
    for (const input of document.querySelectorAll("input[data-rupiah]")) {
      const echo = document.createElement("p");
      echo.className = "office-echo";
      echo.setAttribute("aria-live", "polite");
      input.insertAdjacentElement("afterend", echo);
      const update = () => {
        const amount = read(input.value);
        echo.textContent = amount ? say(amount) : "";
      };
      input.addEventListener("input", update);
      update();
    }
  });
})();
