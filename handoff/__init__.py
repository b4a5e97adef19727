"""From the bot to people and back: queue, assignment strategies, presence, timers."""
