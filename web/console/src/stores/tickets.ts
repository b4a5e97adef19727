/** The ticket list as filtered, and the ticket that is open. */
import { defineStore } from "pinia";
import { computed, reactive, ref, shallowRef } from "vue";

import { type TicketChange, tickets as calls } from "../api/calls";
import { ApiError } from "../api/client";
import type { Ticket, TicketPriority, TicketState, TicketSummary, TicketType } from "../api/types";

export type TicketTab = "open" | "mine" | "unassigned" | "all";
/** Somebody still has to do something. */
const ACTIVE = "open,in_progress,waiting";

export const useTickets = defineStore("tickets", () => {
  const tab = ref<TicketTab>("open");
  const filter = reactive({
    q: "",
    state: null as TicketState | null,
    type: null as TicketType | null,
    priority: null as TicketPriority | null,
    department_id: null as string | null,
    assignee: null as string | null,
  });
  const items = shallowRef<TicketSummary[]>([]);
  const next = ref<string | null>(null);
  const counts = reactive({ open: 0, mine: 0, unassigned: 0 });
  const loading = ref(false);
  const loaded = ref(false);
  const error = shallowRef<unknown>(null);
  const current = shallowRef<Ticket | null>(null);
  const currentError = shallowRef<unknown>(null);
  let request: AbortController | null = null;

  const isFiltered = computed(() => Object.values(filter).some((value) => value !== null && value !== ""));

  function query(): Record<string, string | null> {
    const assignee = tab.value === "mine" ? "me" : tab.value === "unassigned" ? "none" : filter.assignee;
    const state = filter.state ?? (tab.value === "all" ? null : ACTIVE);
    return { ...filter, q: filter.q.trim(), state, assignee };
  }

  async function load(more = false): Promise<void> {
    if (more && (!next.value || loading.value)) return;
    request?.abort();
    const mine = new AbortController();
    request = mine;
    loading.value = true;
    error.value = null;
    try {
      const page = await calls.list({ ...query(), cursor: more ? next.value : null, limit: 50 }, mine.signal);
      const known = new Set(more ? items.value.map((item) => item.number) : []);
      const fresh = page.items.filter((item) => !known.has(item.number));
      items.value = more ? [...items.value, ...fresh] : page.items;
      next.value = page.next;
      loaded.value = true;
      Object.assign(counts, page.counts);
    } catch (problem) {
      if (!mine.signal.aborted) error.value = problem;
    } finally {
      if (request === mine) loading.value = false;
    }
  }

  async function open(number: string | null): Promise<void> {
    if (current.value?.number !== number) current.value = null;
    currentError.value = null;
    if (!number) return;
    try {
      take(await calls.get(number));
    } catch (problem) {
      currentError.value = problem;
    }
  }

  function take(ticket: Ticket): void {
    current.value = ticket;
    items.value = items.value.map((item) =>
      item.number === ticket.number ? { ...item, ...summaryOf(ticket) } : item,
    );
  }

  /** Somebody faster is not overwritten: the ticket is loaded again, and the caller says so. */
  async function change(part: Omit<TicketChange, "version">): Promise<void> {
    const ticket = current.value;
    if (!ticket) return;
    try {
      take(await calls.change(ticket.number, { version: ticket.version, ...part }));
      void load();
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 409) await open(ticket.number);
      throw problem;
    }
  }

  async function comment(text: string, isPublic: boolean): Promise<void> {
    if (current.value) take(await calls.comment(current.value.number, text, isPublic));
  }

  function clear(): void {
    Object.assign(filter, {
      q: "",
      state: null,
      type: null,
      priority: null,
      department_id: null,
      assignee: null,
    });
  }

  return {
    tab,
    filter,
    items,
    next,
    counts,
    loading,
    loaded,
    error,
    current,
    currentError,
    isFiltered,
    load,
    open,
    change,
    comment,
    clear,
  };
});

function summaryOf(ticket: Ticket): TicketSummary {
  const { number, type, title, state, priority, department, assignee, visitor, created_at, updated_at } =
    ticket;
  return { number, type, title, state, priority, department, assignee, visitor, created_at, updated_at };
}
