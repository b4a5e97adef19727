/** The questions of the pretended service's knowledge base: the most asked first. */
import type { Question } from "../../widget/src/typeahead.ts";

const QUESTIONS: [slug: string, zh: string, en: string][] = [
  ["delivery-time", "下单后多久能送到？", "How long does delivery take?"],
  ["how-to-return", "怎么退货？", "How do I return something?"],
  ["refund-time", "退款多久到账？", "How long does a refund take?"],
  ["return-policy", "退货政策是什么？", "What is your return policy?"],
  ["return-cost", "退货的运费谁出？", "Who pays for return shipping?"],
  ["late-return", "过了 7 天还能退货吗？", "Can I return it after 7 days?"],
  ["warranty-period", "保修期多长？", "How long is the warranty?"],
];

/** `hot`, or `suggest?q=`: what holds the words that were typed. */
export const questions = (url: URL, accepted = "zh"): { items: Question[] } => {
  const language = accepted.startsWith("en") ? "en" : "zh";
  const typed = (url.searchParams.get("q") ?? "").toLowerCase();
  const items = QUESTIONS.map(([slug, zh, en]) => ({
    id: slug,
    slug,
    question: language === "en" ? en : zh,
    language,
    fallback: false,
  })) satisfies Question[];
  const found = items.filter(({ question }) => question.toLowerCase().includes(typed));
  return { items: found.slice(0, Number(url.searchParams.get("limit"))) };
};
