// Search, and before and after of one picture.
const all = [...document.querySelectorAll("figure")];
const search = document.getElementById("search"), found = document.getElementById("found");
const viewer = document.getElementById("viewer"), stage = viewer.querySelector(".stage");
const before = stage.querySelector(".before"), after = stage.querySelector(".after"), wipe = stage.querySelector("input");
let shown = null, cut = 50, origin = { x: 0, y: 0 };

const text = (figure) => figure.querySelector("figcaption").textContent.normalize("NFKC").toLowerCase();
search.addEventListener("input", () => {
  const words = search.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const figure of all) {
    figure.hidden = !words.every((word) => text(figure).includes(word));
    count += !figure.hidden;
  }
  for (const section of document.querySelectorAll("section")) {
    const inside = [...section.querySelectorAll("figure")];
    section.hidden = inside.length > 0 && inside.every((figure) => figure.hidden);
  }
  found.textContent = words.length ? `${count} found` : "";
});

function draw() {
  stage.style.setProperty("--cut", `${cut}%`);
  const x = Math.min(0, Math.max(origin.x, stage.clientWidth - after.naturalWidth));
  const y = Math.min(0, Math.max(origin.y, stage.clientHeight - after.naturalHeight));
  origin = { x, y };
  for (const [name, value] of [["x", x], ["y", y], ["width", after.naturalWidth], ["height", after.naturalHeight]])
    stage.style.setProperty(`--${name}`, `${value}px`);
  stage.style.setProperty("--edge", `${stage.clientWidth * cut / 100 - x}px`);
}

function show(figure) {
  shown = figure;
  const { after: result, before: source, about, size } = figure.querySelector("button").dataset;
  after.src = result;
  if (source) before.src = source; else before.removeAttribute("src");
  stage.classList.toggle("alone", !source);
  const caption = figure.querySelector("figcaption");
  viewer.querySelector(".told").textContent = `${caption.innerText.trim()}\n${size}, ${about}`;
  if (!viewer.open) viewer.showModal();
  after.onload = draw;
}

function step(by) {
  const visible = all.filter((figure) => !figure.hidden);
  show(visible[(visible.indexOf(shown) + by + visible.length) % visible.length]);
}

const acts = {
  previous: () => step(-1),
  next: () => step(1),
  whole: () => { stage.classList.toggle("close-up"); origin = { x: (stage.clientWidth - after.naturalWidth) / 2, y: (stage.clientHeight - after.naturalHeight) / 2 }; draw(); },
  close: () => viewer.close(),
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.act) acts[button.dataset.act]();
  else if (button?.dataset.after) show(button.closest("figure"));
});
wipe.addEventListener("input", () => { cut = Number(wipe.value); draw(); });
let grip = null;
stage.addEventListener("pointerdown", (event) => { grip = { x: event.clientX, y: event.clientY }; stage.setPointerCapture(event.pointerId); move(event); });
stage.addEventListener("pointermove", (event) => grip && move(event));
stage.addEventListener("pointerup", () => { grip = null; });
function move(event) {
  const box = stage.getBoundingClientRect();
  if (stage.classList.contains("close-up") && !event.shiftKey) {
    origin = { x: origin.x + event.clientX - grip.x, y: origin.y + event.clientY - grip.y };
    grip = { x: event.clientX, y: event.clientY };
  } else {
    cut = Math.min(100, Math.max(0, (event.clientX - box.left) / box.width * 100));
    wipe.value = cut;
  }
  draw();
}
viewer.addEventListener("keydown", (event) => {
  const key = { PageUp: "previous", PageDown: "next", "1": "whole" }[event.key];
  if (key) { event.preventDefault(); acts[key](); }
});
addEventListener("resize", draw);
