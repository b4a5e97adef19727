/** Calling the person back to the page: a short tone, a desktop notification, a mark in the title. All opt-in but the title. */
import { prefs } from "./prefs";

let audio: AudioContext | null = null;
let lastBeepAt = 0;
/** Ten visitors at once are one sound. */
const BEEP_GAP_MS = 1_500;

/** Two soft sine notes; browsers allow sound only after the person has touched the page. */
export function beep(force = false): void {
  if (!prefs.sound && !force) return;
  if (!force && Date.now() - lastBeepAt < BEEP_GAP_MS) return;
  lastBeepAt = Date.now();
  audio ??= new AudioContext();
  void audio.resume();
  [660, 880].forEach((frequency, index) => {
    const start = audio!.currentTime + index * 0.13;
    const tone = audio!.createOscillator();
    const gain = audio!.createGain();
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.12, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, start + 0.22);
    tone.connect(gain).connect(audio!.destination);
    tone.start(start);
    tone.stop(start + 0.25);
  });
}

export const canNotify = (): boolean => "Notification" in window && window.isSecureContext;

export async function askToNotify(): Promise<boolean> {
  if (!canNotify()) return false;
  return (await Notification.requestPermission()) === "granted";
}

export function notify(title: string, body: string, tag: string, onClick: () => void): void {
  if (!prefs.desktop || !canNotify() || Notification.permission !== "granted") return;
  if (!document.hidden && document.hasFocus()) return;
  const shown = new Notification(title, { body, tag });
  shown.onclick = () => {
    window.focus();
    onClick();
    shown.close();
  };
}
