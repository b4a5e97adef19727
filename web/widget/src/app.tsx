import { ApiError } from "@shared/api.ts";
import type { VisitorClient } from "@shared/client.ts";
import { palette } from "@shared/colour.ts";
import type { Language } from "@shared/protocol.ts";
import type { View } from "@shared/view.ts";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { Composer } from "./composer.tsx";
import { Header } from "./header.tsx";
import { keepFocus, useFullScreen, useMedia } from "./hooks.ts";
import { LeaveMessage } from "./leave-message.tsx";
import { Lightbox } from "./lightbox.tsx";
import { Notices } from "./notices.tsx";
import { Icon } from "./parts.tsx";
import { Preview } from "./preview.tsx";
import { Transcript } from "./transcript.tsx";
import { UiContext, useUi } from "./ui.ts";
import { pick, say as speak } from "./words.ts";

export interface AppProps {
  client: VisitorClient;
  view: View;
  language: Language;
  theme: "auto" | "light" | "dark";
  opened: boolean;
  draft: string;
  onDraft(text: string): void;
  onOpen(): void;
  onMinimise(): void;
  onLanguage(language: Language): void;
}

export const App = (props: AppProps) => {
  const { client, view, language, theme, opened, draft, onDraft, onOpen, onMinimise, onLanguage } = props;
  const phone = useMedia("(max-width: 480px), (max-height: 480px)");
  const nightly = useMedia("(prefers-color-scheme: dark)");
  const dark = theme === "dark" || (theme === "auto" && nightly);
  const panel = useRef<HTMLElement>(null);
  const [image, setImage] = useState<{ url: string; name: string } | null>(null);
  const [leaving, setLeaving] = useState(false);
  const [problem, setProblem] = useState("");
  const [dropping, setDropping] = useState(false);
  useEffect(() => {
    if (!problem) return;
    const timer = setTimeout(() => setProblem(""), 6000);
    return () => clearTimeout(timer);
  }, [problem]);
  useFullScreen(panel, phone && opened);

  const words = useMemo(() => speak(language), [language]);
  const ui = useMemo(
    () => ({
      client,
      language,
      say: words,
      phone,
      enlarge: setImage,
      leaveMessage: () => setLeaving(true),
      compose: () =>
        panel.current?.querySelector<HTMLElement>(phone ? ".transcript" : ".composer textarea")?.focus(),
      attempt: (action: Promise<unknown>) => {
        action.then(
          () => setProblem(""),
          (error: unknown) => setProblem((error instanceof ApiError && error.message) || words("failedNow")),
        );
      },
    }),
    [client, language, words, phone],
  );
  useEffect(() => {
    if (opened && phone) panel.current?.focus();
  }, [opened, phone]);

  const human = () => {
    if (view.state && !view.state.on_duty) return setLeaving(true);
    ui.attempt(client.askForHuman());
  };
  const key = (event: KeyboardEvent) => {
    // The page's own shortcuts have no business with what is typed here.
    event.stopPropagation();
    if (event.key === "Escape" && !event.isComposing) {
      if (leaving) setLeaving(false);
      else onMinimise();
    } else if (phone && panel.current) keepFocus(event, panel.current);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    for (const file of event.dataTransfer?.files ?? []) client.attach(file);
  };

  const widget = view.session?.widget;
  const colours = palette(widget?.colour ?? "#1f6feb", dark);
  const style = {
    "--k-accent": colours.accent,
    "--k-on-accent": colours.onAccent,
    "--k-accent-text": colours.accentText,
    "--k-accent-soft": colours.accentSoft,
  };
  return (
    <UiContext.Provider value={ui}>
      <div
        class={`keting ${phone ? "phone" : ""} ${widget?.position === "left" ? "left" : ""}`}
        data-theme={dark ? "dark" : "light"}
        lang={language === "zh" ? "zh-Hans" : language}
        style={style}
      >
        <section
          class="panel"
          ref={panel}
          hidden={!opened}
          role="dialog"
          aria-modal={phone}
          aria-label={pick(widget?.title, language) || words("open")}
          tabIndex={-1}
          onKeyDown={key}
          onKeyUp={(event) => event.stopPropagation()}
          onKeyPress={(event) => event.stopPropagation()}
          onDragOver={(event) => {
            event.preventDefault();
            setDropping(true);
          }}
          onDragLeave={(event) => !panel.current?.contains(event.relatedTarget as Node) && setDropping(false)}
          onDrop={drop}
        >
          <Header view={view} onMinimise={onMinimise} onHuman={human} onLanguage={onLanguage} />
          <Notices view={view} problem={problem} />
          {view.phase === "ready" ? <Transcript view={view} shown={opened} /> : <Opening view={view} />}
          {leaving && <LeaveMessage onDone={() => setLeaving(false)} />}
          <Composer view={view} shown={opened} text={draft} onText={onDraft} />
          {dropping && <div class="drop">{words("drop")}</div>}
        </section>
        <Preview opened={opened} onOpen={onOpen} />
        {image && <Lightbox {...image} onClose={() => setImage(null)} />}
      </div>
    </UiContext.Provider>
  );
};

/** Before there is a session: the shape of what comes, or why it does not. */
const Opening = ({ view }: { view: View }) => {
  const { say, client } = useUi();
  if (view.phase !== "refused" && view.link !== "lost") {
    return (
      <div class="skeleton" role="status" aria-label={say("connecting")}>
        <i />
        <i />
        <i />
      </div>
    );
  }
  return (
    <div class="nothing" role="alert">
      <Icon name="cloud" size={36} />
      <h3>{say(view.phase === "refused" ? "refused" : "unreachable")}</h3>
      {view.phase !== "refused" && (
        <>
          <p>{say("unreachableMore")}</p>
          <button type="button" class="primary" onClick={() => client.nudge()}>
            {say("tryNow")}
          </button>
        </>
      )}
    </div>
  );
};
