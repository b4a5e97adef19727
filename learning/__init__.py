"""What the bot missed: mining, review, gated retraining, release and rollback."""
