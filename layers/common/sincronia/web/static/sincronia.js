"use strict";

// Pages work without this. With it, a form that has data-done is sent without leaving the page, and what came of it is said.
const said = document.querySelector(".said");
let fading;

function say(sentence, failed) {
  said.textContent = sentence;
  said.classList.toggle("bad", failed);
  said.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => said.classList.remove("shown"), 8000);
}

async function send(form, button) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { Accept: "application/json" },
  });
  if (answer.ok) {
    button.textContent = form.dataset.done;
    say(form.dataset.done, false);
    return;
  }
  const problem = await answer.json();
  button.disabled = false;
  say(problem.detail || "O Sincronia não respondeu. Tente de novo em instantes.", true);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.done === undefined) return;
  event.preventDefault();
  const button = form.querySelector("button");
  if (button.disabled) return;
  button.disabled = true;
  send(form, button).catch(() => {
    button.disabled = false;
    say("Sem resposta: confira a sua rede e tente de novo.", true);
  });
});
