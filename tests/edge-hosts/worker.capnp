using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);

# A bundler finds the modules by itself.
const worker :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    (name = "worker", esModule = embed "worker.js"),
    (name = "client/src/workerd.js", esModule = embed "client/src/workerd.js"),
    (name = "client/src/callback.js", esModule = embed "client/src/callback.js"),
    (name = "client/src/client.js", esModule = embed "client/src/client.js"),
    (name = "client/src/clock.js", esModule = embed "client/src/clock.js"),
    (name = "client/src/errors.js", esModule = embed "client/src/errors.js"),
    (name = "client/src/generation.js", esModule = embed "client/src/generation.js"),
    (name = "client/src/ledger.js", esModule = embed "client/src/ledger.js"),
    (name = "client/src/network.js", esModule = embed "client/src/network.js"),
    (name = "client/src/request.js", esModule = embed "client/src/request.js"),
    (name = "client/src/run.js", esModule = embed "client/src/run.js"),
    (name = "client/machine/machine.js", esModule = embed "client/machine/machine.js"),
    (name = "client/machine/machine.core.wasm", wasm = embed "client/machine/machine.core.wasm"),
    (name = "client/machine/machine.core2.wasm", wasm = embed "client/machine/machine.core2.wasm"),
    (name = "client/machine/machine.core3.wasm", wasm = embed "client/machine/machine.core3.wasm"),
  ],
  bindings = [
    (name = "IMA_API_KEY", fromEnvironment = "IMA_API_KEY"),
    (name = "IMA_BASE_URL", fromEnvironment = "IMA_BASE_URL"),
  ],
);
