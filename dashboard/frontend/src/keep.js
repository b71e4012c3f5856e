// What a tab remembers: in its session storage, as JSON, under the program's own prefix.

export function remembered(name) {
  try {
    return JSON.parse(sessionStorage.getItem(`sitetrack.${name}`));
  } catch {
    return null; // storage switched off or foreign content
  }
}

export function remember(name, value) {
  try {
    sessionStorage.setItem(`sitetrack.${name}`, JSON.stringify(value));
  } catch {
    // storage switched off: the tab forgets
  }
}
