"use strict";

// Pages work without this. With it, forms are sent without losing what was typed, what is at work is drawn again, and
// what is long to choose by hand is chosen at once.
const said = document.querySelector(".said");
let fading;

function say(sentence, failed) {
  said.textContent = sentence;
  said.classList.toggle("bad", failed);
  said.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => said.classList.remove("shown"), 8000);
}

// Forms

function forget(form) {
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  form.querySelectorAll(".wrong").forEach((note) => note.remove());
}

function fieldOf(form, name) {
  const plain = name.replaceAll(".", "/");
  return [...form.elements].find((field) => field.type !== "hidden" && field.name?.replace(/\.[a-z]+$/, "") === plain);
}

function refuse(form, problem) {
  const note = document.createElement("div");
  note.className = "note bad wrong";
  note.setAttribute("role", "alert");
  let detail = problem.detail;
  for (const name of [problem.field, ...(problem.errors ?? []).map((error) => error.field)].filter(Boolean)) {
    const field = fieldOf(form, name);
    field?.setAttribute("aria-invalid", "true");
    const label = field?.labels?.[0]?.textContent.trim();
    if (label) detail = detail.replaceAll(`${name}: `, `${label}: `);
  }
  const title = document.createElement("p");
  title.append(Object.assign(document.createElement("strong"), { textContent: `${problem.title}. ` }), detail);
  note.append(title);
  form.prepend(note);
  (form.querySelector("[aria-invalid]") ?? note).scrollIntoView({ block: "nearest" });
  form.querySelector("[aria-invalid]")?.focus();
}

async function send(form, button) {
  const sent = new FormData(form, button);
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(sent),
    headers: { Accept: "application/json" },
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    if (answer.status === 401) return location.reload();
    button.disabled = false;
    return refuse(form, body.title ? body : { title: "Sem resposta", detail: "O Sincronia não respondeu. Tente de novo em instantes." });
  }
  if (form.dataset.done !== undefined) {
    button.textContent = form.dataset.done;
    return say(form.dataset.done, false);
  }
  const next = sent.get("next") || body.url || location.href;
  if (new URL(next, location.href).href === location.href) return location.reload();
  location.assign(next);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent === undefined) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button");
  if (button.disabled) return;
  forget(form);
  const sending = send(form, button);
  button.disabled = true;
  sending.catch(() => {
    button.disabled = false;
    say("Sem resposta: confira a sua rede e tente de novo.", true);
  });
});

// What is at work: its parts are drawn again, less and less often, until none is marked any more.

let waiting = 2000;

async function drawAgain() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = now.getElementById(part.id);
    if (!fresh || fresh.outerHTML === part.outerHTML || part.contains(document.activeElement)) continue;
    if (fresh.textContent !== part.textContent) waiting = 2000;
    part.replaceWith(document.adoptNode(fresh));
    if (fresh.dataset.live === undefined) say(fresh.dataset.ended || "Concluído.", false);
  }
}

function keepDrawing() {
  if (!document.querySelector("[data-live]")) return;
  setTimeout(() => drawAgain().catch(() => {}).finally(keepDrawing), waiting);
  waiting = Math.min(waiting * 1.5, 30000);
}

keepDrawing();

// Small helps

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
  say("Copiado.", false);
});

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-all]");
  if (!all) return;
  for (const box of all.form.querySelectorAll(`input[type=checkbox][name="${all.dataset.all}"]`)) box.checked = all.checked;
});

document.querySelectorAll("[data-scripted]").forEach((part) => part.removeAttribute("hidden"));
