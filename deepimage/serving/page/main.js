// The page: choices above, photos below, a few of them on their way at once.
import { Photo } from "./photo.js";
import { makeRow } from "./row.js";
import { get, useKey } from "./service.js";
import { openViewer } from "./viewer.js";
import { zip } from "./zip.js";

const AT_ONCE = 3;
const by = (id) => document.getElementById(id);
const form = by("options"), root = document.documentElement;
const photos = [];
let limits = { max_bytes: Infinity }, running = 0;

function query() {
  const { model, size, format, fidelity } = Object.fromEntries(new FormData(form));
  const chosen = new URLSearchParams(size);
  if (model) chosen.set("model", model);
  if (format) chosen.set("format", format);
  if (!by("fidelity").hidden && fidelity !== form.fidelity.defaultValue) chosen.set("fidelity", fidelity);
  return chosen.toString();
}

function pump() {
  for (const photo of photos) {
    if (running >= AT_ONCE) break;
    if (photo.state !== "waiting") continue;
    running += 1;
    photo.state = "uploading";
    photo.restore(query(), limits).finally(() => { running -= 1; pump(); });
  }
  summarise();
}

function add(files) {
  for (const file of files) {
    const photo = new Photo(file);
    photos.push(photo);
    photo.addEventListener("change", () => changed(photo));
    photo.addEventListener("keyless", () => { by("key").hidden = false; form.key.focus(); });
    by("rows").append(makeRow(photo, { open, retry, remove }));
  }
  pump();
}

function changed(photo) {
  if (photo.over) by("said").textContent = `${photo.file.name}: ${photo.state === "done" ? "restored" : photo.text}`;
  summarise();
}

function summarise() {
  const done = photos.filter((photo) => photo.state === "done").length;
  const wrong = photos.filter((photo) => photo.state === "wrong").length;
  by("files").hidden = !photos.length;
  document.body.classList.toggle("busy", photos.length > 0);
  by("summary").textContent = `${done} of ${photos.length} restored` + (wrong ? `, ${wrong} not` : "");
  by("all").disabled = !done;
}

function open(photo) {
  openViewer(photo, (by) => {
    const shown = photos.filter((other) => other.state === "done");
    open(shown.at((shown.indexOf(photo) + by) % shown.length));
  });
}

function retry(photo) { photo.tell("waiting", "Waiting", 0); pump(); }

function remove(photo) {
  photos.splice(photos.indexOf(photo), 1);
  photo.discard();
  summarise();
}

async function downloadAll() {
  const files = photos.filter((photo) => photo.state === "done").map((photo) => photo.result);
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(await zip(files)), download: "restored.zip" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const store = (name, value) => { try { localStorage.setItem(name, value); } catch { /* a private window */ } };

function dress(theme) {
  root.dataset.theme = theme;
  by("theme").textContent = theme === "dark" ? "Light" : "Dark";
}

function recall() {
  for (const name of ["model", "size", "format", "fidelity"]) {
    const field = form[name], value = stored(name);
    if (value !== null && (!field.options || [...field.options].some((option) => option.value === value))) field.value = value;
  }
}

async function learn() {
  const [{ models }, { picture }] = await Promise.all(["/v1/models", "/v1/limits"].map(async (path) => (await get(path)).json()));
  limits = picture;
  form.model.replaceChildren(...models.map(({ name }) => new Option(name, name)));
  recall();
  const dial = () => { by("fidelity").hidden = !models.find(({ name }) => name === form.model.value)?.fidelity; };
  form.model.addEventListener("change", dial);
  dial();
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", ({ target }) => (target.name === "key" ? useKey(target.value) : store(target.name, target.value)));
by("choose").addEventListener("change", ({ target }) => { add([...target.files]); target.value = ""; });
by("all").onclick = downloadAll;
by("clear").onclick = () => { for (const photo of [...photos]) remove(photo); by("rows").replaceChildren(); };
by("theme").onclick = () => { dress(root.dataset.theme === "dark" ? "light" : "dark"); store("theme", root.dataset.theme); };
addEventListener("paste", (event) => add([...event.clipboardData.files]));
addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("over"); });
addEventListener("dragleave", (event) => event.relatedTarget || document.body.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  add([...event.dataTransfer.files]);
});
addEventListener("beforeunload", (event) => photos.some((photo) => !photo.over) && event.preventDefault());
dress(stored("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
learn();
