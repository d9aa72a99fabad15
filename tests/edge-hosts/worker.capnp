using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    (name = "worker", esModule = embed "worker.js"),
    (name = "machine", esModule = embed "machine/machine.js"),
    (name = "core", wasm = embed "machine/machine.core.wasm"),
    (name = "core2", wasm = embed "machine/machine.core2.wasm"),
    (name = "core3", wasm = embed "machine/machine.core3.wasm"),
  ],
  bindings = [
    (name = "IMA_API_KEY", fromEnvironment = "IMA_API_KEY"),
    (name = "IMA_BASE_URL", fromEnvironment = "IMA_BASE_URL"),
  ],
);
