import { useEffect, useState } from "react";

const events = ["pointermove", "pointerdown", "wheel", "keydown", "touchstart"];

/** How long after the last touch of mouse, keyboard or screen a person counts as present. */
const PRESENT_MS = 120_000;

/**
 * Whether someone is at the page. A page that asks again by itself asks this first. Otherwise its requests would keep
 * the session of an unattended screen alive.
 */
export function usePresence(): boolean {
  const [present, setPresent] = useState(true);
  useEffect(() => {
    let timer = setTimeout(() => setPresent(false), PRESENT_MS);
    const touched = () => {
      clearTimeout(timer);
      timer = setTimeout(() => setPresent(false), PRESENT_MS);
      setPresent(true);
    };
    for (const event of events) document.addEventListener(event, touched, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const event of events) document.removeEventListener(event, touched);
    };
  }, []);
  return present;
}
