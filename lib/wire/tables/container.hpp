// ContainerInfo, ContainerStatus (numbers of mesos.v1). Ours, not in v1: ContainerInfo.root_directory = 1000,
// DockerInfo.network_name = 1000.
#pragma once

#include "mesoscore/container_info.hpp"
#include "wire/views.hpp"

namespace mesoscore::wire {

template <>
struct EnumBounds<::mesoscore::Volume::Mode> {
  static constexpr auto first = ::mesoscore::Volume::Mode::rw, last = ::mesoscore::Volume::Mode::ro;
};
template <>
struct EnumBounds<DockerInfo::Network> {
  static constexpr auto first = DockerInfo::Network::host, last = DockerInfo::Network::user;
};
template <>
struct EnumBounds<LinuxInfo::IpcMode> {
  static constexpr auto first = LinuxInfo::IpcMode::unknown, last = LinuxInfo::IpcMode::share_parent;
};
template <>
struct EnumBounds<RLimit::Type> {
  static constexpr auto first = RLimit::Type::unknown, last = RLimit::Type::stack;
};
template <>
struct EnumBounds<ContainerInfo::Type> {
  static constexpr auto first = ContainerInfo::Type::docker, last = ContainerInfo::Type::mesos;
};

// Capabilities have their own number plus 1000.
template <>
struct Kind<Capability> {
  static constexpr std::uint64_t kOffset = 1000;
  static bool absent(Capability) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, Capability value) {
    encoder.varint(number, kOffset + static_cast<std::uint64_t>(value));
  }
  static void take(Decoder& decoder, Capability& value) {
    const std::uint64_t raw = decoder.varint();
    if (raw < kOffset || raw > kOffset + static_cast<std::uint64_t>(Capability::checkpoint_restore)) {
      return decoder.fail("has the unknown value " + std::to_string(raw));
    }
    value = static_cast<Capability>(raw - kOffset);
  }
};

// ---- Volume: a sandbox path is a source of type SANDBOX_PATH, of type SELF

template <class S>
struct SandboxSource {
  S& path;
};
template <class S>
SandboxSource(S&) -> SandboxSource<S>;
template <class S>
struct SandboxPath {
  S& path;
};
template <class N>
struct Constant {
  N number;
};
template <class N>
struct Kind<Constant<N>> {
  static bool absent(const Constant<N>&) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, const Constant<N>& view) {
    encoder.varint(number, view.number);
  }
  static void take(Decoder& decoder, Constant<N>& view) {
    const std::uint64_t raw = decoder.varint();
    if (raw != view.number) decoder.fail("of type " + std::to_string(raw) + " is not supported");
  }
};
template <class S>
void fields(auto& v, const SandboxPath<S>& view) {
  Constant<std::uint32_t> self{1};
  v.optional(1, "type", self);
  v.required(2, "path", view.path);
}
template <class S>
bool is_absent(const SandboxSource<S>& view) {
  return view.path.empty();
}
template <class S>
void fields(auto& v, const SandboxSource<S>& view) {
  Constant<std::uint32_t> sandbox_path{2};
  v.required(1, "type", sandbox_path);
  v.required(3, "sandbox_path", SandboxPath<S>{view.path});
}

void fields(auto& v, Like<::mesoscore::Volume> auto& m) {
  v.required(1, "container_path", m.container_path);
  v.optional(2, "host_path", m.host_path);
  v.required(3, "mode", m.mode);
  v.optional(5, "source", SandboxSource{m.sandbox_path});
}

// ---- DockerInfo

void fields(auto& v, Like<PortMapping> auto& m) {
  v.required(1, "host_port", m.host_port);
  v.required(2, "container_port", m.container_port);
  v.optional(3, "protocol", m.protocol);
}
void fields(auto& v, Like<Parameter> auto& m) {
  v.required(1, "key", m.key);
  v.required(2, "value", m.value);
}
void fields(auto& v, Like<DockerInfo> auto& m) {
  v.required(1, "image", m.image);
  v.optional(2, "network", m.network);
  v.optional(3, "port_mappings", m.port_mappings);
  v.optional(4, "privileged", m.privileged);
  v.optional(5, "parameters", m.parameters);
  v.optional(6, "force_pull_image", m.force_pull_image);
  v.optional(1000, "network_name", m.network_name);
}

// ---- LinuxInfo

template <class L>
struct SeccompView {
  L& info;
};
template <class L>
SeccompView(L&) -> SeccompView<L>;
template <class L>
bool is_absent(const SeccompView<L>& view) {
  return view.info.seccomp_profile.empty() && !view.info.seccomp_unconfined;
}
template <class L>
void fields(auto& v, const SeccompView<L>& view) {
  v.optional(1, "profile_name", view.info.seccomp_profile);
  v.optional(2, "unconfined", view.info.seccomp_unconfined);
}
void fields(auto& v, Like<LinuxInfo> auto& m) {
  v.optional(2, "bounding_capabilities", wrapped(m.bounding_capabilities, "capabilities"));
  v.optional(3, "effective_capabilities", wrapped(m.effective_capabilities, "capabilities"));
  v.optional(4, "share_pid_namespace", m.share_pid_namespace);
  v.optional(5, "seccomp", SeccompView{m});
  v.optional(6, "ipc_mode", m.ipc_mode);
  v.optional(7, "shm_size", m.shm_size_mb);
}

void fields(auto& v, Like<RLimit> auto& m) {
  v.optional(1, "type", m.type);
  v.optional(2, "hard", m.hard);
  v.optional(3, "soft", m.soft);
}

void fields(auto& v, Like<ContainerInfo> auto& m) {
  v.required(1, "type", m.type);
  v.optional(2, "volumes", m.volumes);
  v.optional(3, "docker", m.docker);
  v.optional(4, "hostname", m.hostname);
  v.optional(8, "linux_info", m.linux_info);
  v.optional(9, "rlimit_info", wrapped(m.rlimits, "rlimits"));
  v.optional(1000, "root_directory", m.root_directory);
}

// ---- ContainerStatus: a NetworkInfo with an IPAddress for each address

template <class L>
struct Addresses {
  L& list;
};
template <class L>
Addresses(L&) -> Addresses<L>;
struct Address {
  std::string& text;
};
inline void fields(auto& v, const Address& view) { v.optional(2, "ip_address", view.text); }
template <class L>
struct AddressesOfOne {  // the addresses in one NetworkInfo
  L& list;
};
template <class L>
struct Kind<AddressesOfOne<L>> {
  static void take(Decoder& decoder, AddressesOfOne<L>& view) {
    std::string text;
    Address address{text};
    decoder.nested(address);
    decoder.charge(sizeof text);
    if (decoder.ok() && !text.empty()) view.list.push_back(std::move(text));
  }
};
template <class L>
struct Kind<Addresses<L>> {
  static bool absent(const Addresses<L>& view) { return view.list.empty(); }
  static void put(Encoder& encoder, std::uint32_t number, const Addresses<L>& view) {
    for (const std::string& text : view.list) {
      const std::size_t network = encoder.open(number), address = encoder.open(5);
      if (text.find(':') != text.npos) encoder.varint(1, 2);  // IPv6
      encoder.bytes(2, text);
      encoder.close(address);
      encoder.close(network);
    }
  }
  static void take(Decoder& decoder, Addresses<L>& view) { decoder.nested(view); }
};
template <class L>
void fields(auto& v, const Addresses<L>& view) {
  v.optional(5, "ip_addresses", AddressesOfOne<L>{view.list});
}

void fields(auto& v, Like<ContainerStatus> auto& m) {
  v.optional(1, "network_infos", Addresses{m.ip_addresses});
  v.optional(3, "executor_pid", m.executor_pid);
  v.optional(4, "container_id", wrapped(m.container_id, "value"));
}

}  // namespace mesoscore::wire
