# The Python of the Lambda runtime, where this machine has one: a command that was seen to run (a pyenv shim can be present
# and broken), or nothing. Byte code compiled by it spares each cold start about 40 % of its imports.
PYTHON_313 := $(shell for each in python3.13 $(HOME)/.pyenv/versions/3.13*/bin/python; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null && command -v "$$each" && break; done)

# $(call compile,FOLDER,WHERE LAMBDA MOUNTS IT)
define compile
	@if [ -n "$(PYTHON_313)" ]; then \
		$(PYTHON_313) -m compileall -q --invalidation-mode unchecked-hash -s "$(1)" -p "$(2)" "$(1)"; \
		echo "$@: byte code compiled by $(PYTHON_313)"; \
	else \
		echo "$@: no Python 3.13 on this machine, so no byte code is shipped: it works, and cold starts are slower"; \
	fi
endef
