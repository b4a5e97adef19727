import type { Author, Content, Message, ServerFrame, State } from "../../shared/src/protocol.ts";
import { countsAsUnread } from "../../shared/src/view.ts";

export interface Listener {
  frame(frame: ServerFrame): void;
}

/** One visitor of the pretended service: a timeline without gaps, a state, and whoever listens. */
export class FakeVisitor {
  readonly messages: Message[] = [];
  readonly listeners = new Set<Listener>();
  readonly sent = new Map<string, Message>();
  identity: string | null = null;
  language = "zh";
  state: State = {
    conversation: null,
    queue: null,
    agent: null,
    bot: { ready: true, detail: null },
    on_duty: true,
    rating: null,
    read_by_agent_seq: 0,
    unread: 0,
    tickets: 0,
  };
  readSeq = 0;
  pressables = new Map<string, string[]>();

  constructor(
    readonly id: string,
    private readonly newId: () => string,
    private readonly now: () => Date,
  ) {}

  get cursor(): number {
    return this.messages.length;
  }

  append(author: Author, content: Content, client_id: string | null = null, at = this.now()): Message {
    const message: Message = {
      id: this.newId(),
      seq: this.messages.length + 1,
      conversation_id:
        author.kind === "visitor"
          ? this.openConversation()
          : (this.state.conversation?.id ?? this.openConversation()),
      client_id,
      author,
      content,
      created_at: at.toISOString(),
    };
    this.messages.push(message);
    if (author.kind === "visitor") this.readSeq = message.seq;
    this.tell({ type: "message", message });
    return message;
  }
  change(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    this.tell({ type: "state", state: this.current });
  }
  get current(): State {
    const unread = this.messages.filter(
      (message) => message.seq > this.readSeq && countsAsUnread(message),
    ).length;
    return { ...this.state, unread };
  }
  tell(frame: ServerFrame): void {
    for (const listener of [...this.listeners]) listener.frame(frame);
  }
  openConversation(): string {
    const open = this.state.conversation;
    if (open && open.state !== "closed") return open.id;
    const id = this.newId();
    this.change({ conversation: { id, state: "bot" }, rating: null });
    return id;
  }
}
