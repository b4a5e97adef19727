import type {
  ButtonsContent,
  CardContent,
  Content,
  FileContent,
  ImageContent,
  LocationContent,
  Message,
} from "@shared/protocol.ts";
import { useState } from "preact/hooks";

import { bytes } from "./format.ts";
import { linkify } from "./linkify.ts";
import { Icon } from "./parts.tsx";
import { useUi } from "./ui.ts";

interface Props {
  content: Content;
  /** Null for what is still on its way. */
  message: Message | null;
  /** Which button was pressed; undefined: none yet. */
  pressed?: number | undefined;
  pressable?: boolean;
}

/** One message's inside.  Text is only ever text: no markup of anybody's is interpreted. */
export const Inside = ({ content, message, pressed, pressable = false }: Props) => {
  const buttons = { message, pressed, pressable };
  switch (content.type) {
    case "text":
      return <Text text={content.text} />;
    case "press":
      return <Text text={content.title} />;
    case "buttons":
      return (
        <>
          <Text text={content.text} />
          <Buttons content={content} {...buttons} />
        </>
      );
    case "card":
      return <Card content={content} {...buttons} />;
    case "image":
      return <Picture content={content} message={message} />;
    case "file":
    case "audio":
    case "video":
      return <Attachment content={content} message={message} />;
    case "location":
      return <Place content={content} />;
    default:
      return null;
  }
};

export const Text = ({ text }: { text: string }) => (
  <p class="text">
    {linkify(text).map((piece) =>
      "href" in piece ? (
        <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
          {piece.text}
        </a>
      ) : (
        piece.text
      ),
    )}
  </p>
);

interface ButtonsProps {
  content: ButtonsContent | CardContent;
  message: Message | null;
  pressed: number | undefined;
  pressable: boolean;
}
const Buttons = ({ content, message, pressed, pressable }: ButtonsProps) => {
  const { client, compose } = useUi();
  if (!content.buttons.length) return null;
  return (
    <div class="choices">
      {content.buttons.map(({ title }, index) => (
        <button
          type="button"
          class={pressed === index ? "chip chosen" : "chip"}
          disabled={!pressable || pressed !== undefined}
          onClick={() => {
            if (!message) return;
            client.press(message, index, title);
            compose(); // a button that was pressed takes no focus any more
          }}
        >
          {title}
        </button>
      ))}
    </div>
  );
};

const Card = ({ content, ...rest }: ButtonsProps & { content: CardContent }) => {
  const { client } = useUi();
  const picture = client.url(content.image_url);
  return (
    <div class="card">
      {picture && <img src={picture} alt="" loading="lazy" />}
      <h3>{content.title}</h3>
      {content.subtitle && <p class="faint">{content.subtitle}</p>}
      {content.lines.length > 0 && (
        <ul>
          {content.lines.map((line) => (
            <li>{line}</li>
          ))}
        </ul>
      )}
      <Buttons content={content} {...rest} />
    </div>
  );
};

const Picture = ({ content, message }: { content: ImageContent; message: Message | null }) => {
  const { client, say, enlarge } = useUi();
  const [broken, setBroken] = useState<string | null>(null);
  const url = client.url(content.url);
  const name = content.alt || content.name;
  const scale = Math.min(1, 232 / (content.width || 232), 260 / (content.height || 174));
  const size = { width: (content.width || 232) * scale, height: (content.height || 174) * scale };
  const retry = () => {
    setBroken(null);
    // A signed address lives for an hour; the message knows a fresh one.
    if (message) void client.refresh(message.seq).catch(() => setBroken(content.url));
  };
  if (!url || broken === content.url) {
    return (
      <button type="button" class="picture broken" style={size} onClick={retry}>
        <Icon name="retry" />
        {say("imageGone")}
      </button>
    );
  }
  return (
    <button
      type="button"
      class="picture"
      aria-label={say("enlarge", { name })}
      onClick={() => enlarge({ url, name })}
      style={size}
    >
      <img src={url} alt={name} onError={() => setBroken(content.url)} />
    </button>
  );
};

const Attachment = ({ content, message }: { content: FileContent; message: Message | null }) => {
  const { client, say } = useUi();
  const url = client.url(content.url) ?? "about:blank";
  const refresh = () => message && void client.refresh(message.seq).catch(() => undefined);
  if (content.type === "audio") {
    return <audio controls preload="none" src={url} aria-label={say("audio")} onError={refresh} />;
  }
  if (content.type === "video") {
    return (
      <video controls preload="metadata" src={url} aria-label={say("video")} playsInline onError={refresh} />
    );
  }
  return (
    <a class="file" href={url} target="_blank" rel="noopener noreferrer" download={content.name}>
      <span class="file-icon">
        <Icon name="file" />
      </span>
      <span class="file-name">
        <b>{content.name}</b>
        <small>{bytes(content.size)}</small>
      </span>
      <Icon name="download" size={18} />
    </a>
  );
};

const Place = ({ content: { latitude, longitude, label } }: { content: LocationContent }) => {
  const { say } = useUi();
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return (
    <a class="file" href={map} target="_blank" rel="noopener noreferrer nofollow">
      <span class="file-icon">
        <Icon name="pin" />
      </span>
      <span class="file-name">
        <b>{label || say("location")}</b>
        <small>{say("map")}</small>
      </span>
    </a>
  );
};
