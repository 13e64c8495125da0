// One photo on its way: chosen, uploaded, queued, restored, fetched.
import { cancel, get, Refused, upload } from "./service.js";

const ADVICE = {
  "too-large": "Choose a smaller file.",
  "invalid-options": "Change the choices above and try again.",
  "quota-exceeded": "Try again tomorrow, or ask for more.",
  unauthorized: "Enter your API key above, then try again.",
  forbidden: "Ask for a key that may restore.",
  timeout: "Try a smaller size.",
  internal: "Try again; if it stays, tell whoever runs this service.",
  gone: "Try again.",
};
const PICTURES = {
  E_TRUNCATED: "The file is cut off; fetch it again from where it came.",
  E_NOT_IMAGE: "This is not a photo.",
  E_EMPTY: "The file is empty.",
  E_FORMAT: "Save it as JPEG, PNG or WebP and try again.",
  E_BOMB: "Choose a smaller size, or a smaller photo.",
  E_FRAMES: "Animations are not restored; save one frame.",
};

export class Photo extends EventTarget {
  state = "waiting";
  text = "Waiting";
  share = 0;
  result = null;

  constructor(file) {
    super();
    this.file = file;
    this.before = URL.createObjectURL(file);
  }

  get over() { return ["done", "wrong"].includes(this.state); }

  tell(state, text, share = this.share) {
    Object.assign(this, { state, text, share });
    this.dispatchEvent(new Event("change"));
  }

  async restore(query, limits) {
    this.stopping = new AbortController();
    this.query = query;
    try {
      if (this.file.size > limits.max_bytes) throw new Refused(413, { code: "too-large", detail: `The file has ${size(this.file.size)}; ${size(limits.max_bytes)} are allowed.` });
      await this.fetch(await this.finished(await this.send(query)));
    } catch (error) {
      if (!this.stopping.signal.aborted) this.fail(error);
    }
  }

  async send(query) {
    this.tell("uploading", "Uploading", 0);
    const job = await upload(`/v1/jobs?${query}`, this.file, {
      signal: this.stopping.signal,
      progress: (share) => this.tell("uploading", `Uploading ${Math.round(share * 100)} %`, share * 0.2),
      waiting: (text) => this.tell("uploading", text),
    });
    this.id = job.id;
    return job;
  }

  async finished(job) {
    while (["queued", "running"].includes(job.status)) {
      this.show(job);
      const wait = `/v1/jobs/${job.id}?wait=20`;
      job = await (await get(wait, { signal: this.stopping.signal, waiting: (text) => this.tell("working", text) })).json();
    }
    if (job.problem) throw new Refused(job.problem.status, job.problem);
    if (!job.result) throw new Refused(410, { code: "gone", detail: "It was cancelled." });
    return job.result;
  }

  show(job) {
    const { done, total } = job.progress || {};
    if (job.status === "queued") this.tell("queued", job.place === 1 ? "Next in the queue" : `${job.place}. in the queue`, 0.2);
    else if (total) this.tell("working", `Restoring, ${done} of ${total} tiles`, 0.2 + 0.75 * done / total);
    else this.tell("working", "Restoring", 0.2);
  }

  async fetch(result) {
    this.tell("working", "Fetching", 0.95);
    const blob = await (await get(result.href, { signal: this.stopping.signal })).blob();
    this.result = { ...result, blob, url: URL.createObjectURL(blob), name: this.named(result.href) };
    this.tell("done", `${result.width} × ${result.height}, ${size(blob.size)}`, 1);
  }

  named(href) {
    const stem = this.file.name.replace(/\.[^.]*$/, "") || "photo";
    return `${stem}-restored${href.slice(href.lastIndexOf("."))}`;
  }

  fail(error) {
    const advice = PICTURES[error.picture] || ADVICE[error.code] || "";
    if (error.status === 401) this.dispatchEvent(new Event("keyless"));
    this.tell("wrong", error instanceof Refused ? `${sentence(error.message)} ${advice}` : "Something broke on this page; try again.");
    if (!(error instanceof Refused)) console.error(error);
  }

  stop() {
    this.stopping?.abort(new DOMException("stopped", "AbortError"));
    if (this.id && !this.over) cancel(this.id);
  }

  discard() {
    this.stop();
    URL.revokeObjectURL(this.before);
    if (this.result) URL.revokeObjectURL(this.result.url);
  }
}

export function size(bytes) {
  return bytes < 1e6 ? `${Math.max(Math.round(bytes / 1e3), 1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

const sentence = (text) => text[0].toUpperCase() + text.slice(1).replace(/\.?$/, ".");
