// The language of the page: English sentences are the keys of `ko.json`. Sentences of the viewer go through `t`,
// words of the program that came as data (states, classes) too.
import korean from "./ko.json";

let chosen = "en";

export function setLanguage(language) {
  chosen = language === "ko" ? "ko" : "en";
}

export function t(sentence, values = {}) {
  const text = (chosen === "ko" && korean[sentence]) || sentence;
  return text.replace(/\{(\w+)\}/g, (field, name) => (name in values ? String(values[name]) : field));
}
