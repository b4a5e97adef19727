# Keting.  `make` alone lists what there is to do.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
SUITE := $(PYTHON) -m tests.suite

.PHONY: help up demo env web bot train test test-fast test-long check fix bench bench-nlu bench-nlu-peer screenshots

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: ## run everything in the foreground: service, database, bot  (启动整套服务)
	@$(MAKE) --no-print-directory -j2 env web
	@exec .venv/bin/keting up

demo: env ## fill the running instance with a believable company  (填充演示数据)
	@exec .venv/bin/keting demo

env: ## the service's environment from its lock
	@sh supervisor/make_env.sh

web: ## the pages, if their sources changed
	@sh supervisor/build_web.sh

bot: env ## the bot's environment from its lock
	@$(PYTHON) -m supervisor.bot_build

train: env ## the bot's environment and a model of the present data
	@exec .venv/bin/keting train

test: env ## the whole suite, with a trained model, a browser, PostgreSQL and Redis
	@$(SUITE) all

test-fast: env ## what needs no bot and no browser: a minute and a half
	@$(SUITE) fast

test-long: env ## the tests that take minutes
	@$(SUITE) long

check: env ## formatting, lint and types of everything
	@$(SUITE) check

fix: env ## put right what tools can put right
	@$(PYTHON) -m ruff format . && $(PYTHON) -m ruff check --fix .
	@if [ -d web/node_modules ]; then cd web && npm run --silent fix; fi

bench: env web ## every benchmark, as tables and JSON
	@$(PYTHON) -m bench

bench-nlu: bot ## understanding texts: ours against linear Rasa on public sets (KETING_BENCH_DATA)
	@bot/.venv/bin/python -m bench.nlu

bench-nlu-peer: bot ## the same, and the pipeline that `rasa init` writes: an hour more, then kept
	@bot/.venv/bin/python -m bench.nlu --pipelines ours,lr,diet

screenshots: env web ## pictures of the pages for docs/
	@$(PYTHON) -m tests.screenshots
