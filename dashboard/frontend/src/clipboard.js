// Text to the clipboard, also where a page over plain http has no clipboard of its own. Whether it was taken.
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const taken = document.execCommand("copy");
    area.remove();
    return taken;
  }
}
