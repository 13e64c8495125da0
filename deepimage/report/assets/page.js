"use strict";
/* The line follows the pointer exactly; the range input below it gives the keyboard and screen readers the same. */
for (const wipe of document.querySelectorAll(".wipe")) {
  const range = wipe.querySelector("input");
  const show = () => {
    wipe.style.setProperty("--cut", `${range.value}%`);
    range.setAttribute("aria-valuetext", `${Math.round(range.value)} % before, ${Math.round(100 - range.value)} % after`);
  };
  const follow = (event) => {
    const box = wipe.getBoundingClientRect();
    range.value = (100 * (event.clientX - box.left)) / box.width;
    show();
  };
  range.addEventListener("input", show);
  wipe.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    range.focus({ preventScroll: true });
    wipe.setPointerCapture(event.pointerId);
    follow(event);
  });
  wipe.addEventListener("pointermove", (event) => {
    if (wipe.hasPointerCapture(event.pointerId)) follow(event);
  });
  show();
}
