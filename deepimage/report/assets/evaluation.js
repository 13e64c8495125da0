"use strict";
/* All frames of an exhibit read one set of variables, so that moving one moves all. */
for (const exhibit of document.querySelectorAll(".exhibit")) {
  const images = [...exhibit.querySelectorAll("img")];
  const buttons = [...exhibit.querySelectorAll("button")];
  const view = { x: 0, y: 0, zoom: 1 };
  const show = () => {
    const port = images[0].parentElement;
    const reach = (image, frame) => Math.max((image - frame / view.zoom) / 2, 0);
    const clamp = (value, most) => Math.min(Math.max(value, -most), most);
    view.x = clamp(view.x, reach(images[0].naturalWidth, port.clientWidth));
    view.y = clamp(view.y, reach(images[0].naturalHeight, port.clientHeight));
    exhibit.style.setProperty("--dx", `${view.x}px`);
    exhibit.style.setProperty("--dy", `${view.y}px`);
    exhibit.style.setProperty("--zoom", view.zoom);
    for (const button of buttons) button.setAttribute("aria-pressed", Number(button.value) === view.zoom);
  };
  const move = (x, y) => {
    view.x += x / view.zoom;
    view.y += y / view.zoom;
    show();
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      view.zoom = Number(button.value);
      show();
    });
  }
  exhibit.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [24, 0], ArrowRight: [-24, 0], ArrowUp: [0, 24], ArrowDown: [0, -24] }[event.key];
    if (!step) return;
    event.preventDefault();
    move(...step);
  });
  for (const port of exhibit.querySelectorAll(".port")) {
    port.addEventListener("pointerdown", (event) => {
      if (event.button === 0) port.setPointerCapture(event.pointerId);
    });
    port.addEventListener("pointermove", (event) => {
      const box = port.getBoundingClientRect();
      exhibit.classList.add("pointed");
      exhibit.style.setProperty("--px", event.clientX - box.left);
      exhibit.style.setProperty("--py", event.clientY - box.top);
      if (port.hasPointerCapture(event.pointerId)) move(event.movementX, event.movementY);
    });
    port.addEventListener("pointerleave", () => exhibit.classList.remove("pointed"));
  }
}
/* Pointing at a system in one plot shows it in all. */
const marks = [...document.querySelectorAll(".mark")];
for (const mark of marks) {
  const ask = (on) => {
    for (const plot of document.querySelectorAll(".plot")) plot.classList.toggle("asked", on);
    for (const other of marks) other.classList.toggle("asked", on && other.dataset.system === mark.dataset.system);
  };
  mark.addEventListener("pointerenter", () => ask(true));
  mark.addEventListener("pointerleave", () => ask(false));
}
