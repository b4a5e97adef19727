import type { View } from "@shared/view.ts";
import { useEffect, useState } from "preact/hooks";

import { waitRange } from "./format.ts";
import { useLasting } from "./hooks.ts";
import { Icon, Notice } from "./parts.tsx";
import { useUi } from "./ui.ts";

/** Connection, queue and bot: what the visitor should know right now, most urgent first. */
export const Notices = ({ view, problem }: { view: View; problem: string }) => {
  const { say } = useUi();
  const online = useOnline();
  const lost = useLasting(view.phase === "ready" && view.link !== "online", 1500);
  const owner = view.state?.conversation?.state ?? null;
  const botMissing = view.state !== null && !view.state.bot.ready && (owner === null || owner === "bot");
  return (
    <>
      {lost && (
        <Notice tone="warn" icon="cloud">
          {say(online ? "reconnecting" : "offline")}
        </Notice>
      )}
      {problem && (
        <Notice tone="warn" icon="alert">
          {problem}
        </Notice>
      )}
      {owner === "waiting" && <Queue view={view} />}
      {botMissing && (
        <Notice tone="info" icon="bot">
          {say("botNotReady")}
        </Notice>
      )}
    </>
  );
};

const Queue = ({ view }: { view: View }) => {
  const { say, client, attempt, leaveMessage } = useUi();
  if (view.state && !view.state.on_duty) {
    return (
      <div class="notice queue" role="status">
        <Icon name="headset" size={16} />
        <div>
          <strong>{say("nobody")}</strong>
        </div>
        <button type="button" class="quiet" onClick={leaveMessage}>
          {say("leave")}
        </button>
        <button type="button" class="quiet" onClick={() => attempt(client.backToBot())}>
          {say("backShort")}
        </button>
      </div>
    );
  }
  const queue = view.state?.queue;
  const place = !queue ? "" : queue.position <= 1 ? say("next") : say("position", { n: queue.position });
  const range = queue?.wait_s ? say("wait", { range: waitRange(queue.wait_s, say) }) : "";
  return (
    <div class="notice queue" role="status">
      <Icon name="headset" size={16} />
      <div>
        <strong>{place || say("waitingStatus")}</strong>
        {range && <span>{range}</span>}
      </div>
      <button type="button" class="quiet" onClick={() => attempt(client.backToBot())}>
        {say("backToBot")}
      </button>
    </div>
  );
};

const useOnline = (): boolean => {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const change = () => setOnline(navigator.onLine);
    addEventListener("online", change);
    addEventListener("offline", change);
    return () => {
      removeEventListener("online", change);
      removeEventListener("offline", change);
    };
  }, []);
  return online;
};
