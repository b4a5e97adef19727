import type { Language } from "@shared/protocol.ts";
import type { View } from "@shared/view.ts";
import { useEffect, useRef, useState } from "preact/hooks";

import { Avatar, Icon, IconButton } from "./parts.tsx";
import { useUi } from "./ui.ts";
import { LANGUAGES, pick } from "./words.ts";

interface Props {
  view: View;
  onMinimise(): void;
  onHuman(): void;
  onLanguage(language: Language): void;
}

/** Who serves, and the three things that must always be within reach: a person, the menu, the way out. */
export const Header = ({ view, onMinimise, onHuman, onLanguage }: Props) => {
  const { say, client, language } = useUi();
  const owner = view.state?.conversation?.state ?? null;
  const who = serving(view, language);
  const status =
    owner === "agent"
      ? say("agentStatus")
      : owner === "waiting"
        ? say("waitingStatus")
        : owner === "closed"
          ? say("closedStatus")
          : view.state && !view.state.bot.ready
            ? say("botPreparing")
            : say("botStatus");
  return (
    <header class="header">
      <Avatar url={client.url(who.avatar)} name={who.name} kind={who.kind} />
      <div class="who">
        <h2>{who.name || "\u00a0"}</h2>
        <p>{view.session ? status : say(view.link === "lost" ? "unreachable" : "connecting")}</p>
      </div>
      {owner !== "agent" && owner !== "waiting" && view.session && (
        <button type="button" class="pill" onClick={onHuman}>
          <Icon name="headset" size={16} />
          {say("human")}
        </button>
      )}
      <Menu view={view} onLanguage={onLanguage} />
      <IconButton name="chevron" label={say("minimise")} onClick={onMinimise} />
    </header>
  );
};

const serving = (view: View, language: Language): { name: string; avatar: string | null; kind: string } => {
  const { state, session } = view;
  if (state?.conversation?.state === "agent" && state.agent) return { ...state.agent, kind: "agent" };
  const { bot, title } = session?.widget ?? {};
  const name = pick(state?.conversation?.state === "waiting" ? title : bot?.name, language);
  return { name: name || pick(title, language), avatar: bot?.avatar ?? null, kind: "bot" };
};

const Menu = ({ view, onLanguage }: { view: View; onLanguage(language: Language): void }) => {
  const { say, client, language, attempt } = useUi();
  const [shown, setShown] = useState(false);
  const [asking, setAsking] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const owner = view.state?.conversation?.state;

  useEffect(() => {
    if (!shown) return setAsking(false);
    const elsewhere = (event: Event) => !event.composedPath().includes(box.current!) && setShown(false);
    document.addEventListener("pointerdown", elsewhere);
    return () => document.removeEventListener("pointerdown", elsewhere);
  }, [shown]);

  const key = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !shown) return;
    event.stopPropagation();
    setShown(false);
    box.current?.querySelector("button")?.focus();
  };
  return (
    <div class="menu" ref={box} onKeyDown={key}>
      <IconButton
        name="more"
        label={say("menu")}
        onClick={() => setShown(!shown)}
        aria-expanded={shown}
        aria-haspopup="true"
      />
      {shown && (
        <div class="menu-list">
          <fieldset>
            <legend>
              <Icon name="globe" size={14} /> {say("language")}
            </legend>
            {(Object.keys(LANGUAGES) as Language[]).map((one) => (
              <button
                type="button"
                key={one}
                lang={one}
                aria-pressed={one === language}
                onClick={() => {
                  setShown(false);
                  onLanguage(one);
                }}
              >
                {LANGUAGES[one]}
                {one === language && <Icon name="check" size={16} />}
              </button>
            ))}
          </fieldset>
          {owner && owner !== "closed" && !asking && (
            <button type="button" class="danger" onClick={() => setAsking(true)}>
              {say("endChat")}
            </button>
          )}
          {asking && (
            <div class="sure" role="alertdialog" aria-label={say("endSure")}>
              <p>{say("endSure")}</p>
              <button type="button" onClick={() => setAsking(false)}>
                {say("cancel")}
              </button>
              <button
                type="button"
                class="danger"
                onClick={() => {
                  setShown(false);
                  attempt(client.close());
                }}
              >
                {say("end")}
              </button>
            </div>
          )}
        </div>
      )}
    </div>
  );
};
