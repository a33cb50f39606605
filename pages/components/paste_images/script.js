// @ts-check
// Images that are pasted anywhere on the page, but into a text. data: nothing. Sends `pasted`: {data: data address}.
/** @param {{parentElement: any, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, setTriggerValue }) {
  const shown = parentElement.querySelector(".paste");
  const onPaste = (event) => {
    const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    if (!files.length) return;
    event.preventDefault();
    const reader = new FileReader();
    reader.onload = () => setTriggerValue("pasted", { data: reader.result });
    reader.readAsDataURL(files[0]);
  };
  // This function runs at every rerun, what it returns only when the component goes.
  document.removeEventListener("paste", shown.onPasted);
  document.addEventListener("paste", onPaste);
  shown.onPasted = onPaste;
  return () => document.removeEventListener("paste", shown.onPasted);
}
