// CheckInfo, HealthCheck, CheckStatusInfo (numbers of mesos.v1). Ours, not in v1: the names = 1000, and
// Http.scheme = 1001, Http.protocol and Tcp.protocol = 1002 of a CheckInfo.
#pragma once

#include "mesoscore/check.hpp"
#include "wire/tables/command.hpp"

namespace mesoscore::wire {

template <>
struct EnumBounds<CheckType> {
  static constexpr auto first = CheckType::unknown, last = CheckType::tcp;
};

// NetworkInfo.Protocol: IPv4 = 1 by default, IPv6 = 2.
template <class B>
struct Protocol {
  B& ipv6;
};
template <class B>
Protocol(B&) -> Protocol<B>;
template <class B>
struct Kind<Protocol<B>> {
  static bool absent(const Protocol<B>& view) { return !view.ipv6; }
  static void put(Encoder& encoder, std::uint32_t number, const Protocol<B>& view) {
    encoder.varint(number, view.ipv6 ? 2 : 1);
  }
  static void take(Decoder& decoder, Protocol<B>& view) {
    const std::uint64_t raw = decoder.varint();
    view.ipv6 = raw == 2;
    if (raw != 1 && raw != 2) decoder.fail("has the unknown value " + std::to_string(raw));
  }
};

// One alternative of a Probe, in the shape that HealthCheck has and in that of CheckInfo.
template <class P, bool kHealth>
struct ProbeBody {
  P& probe;
};
template <class M, class P>
concept BodyOf = Like<std::remove_reference_t<decltype(std::declval<M&>().probe)>, P>;

template <class P, bool kHealth>
requires Like<P, HttpProbe>
void fields(auto& v, const ProbeBody<P, kHealth>& m) {
  v.required(1, "port", m.probe.port);
  v.optional(2, "path", m.probe.path);
  v.always(kHealth ? 3 : 1001, "scheme", m.probe.scheme);
  v.optional(kHealth ? 5 : 1002, "protocol", Protocol{m.probe.ipv6});
}
template <class P, bool kHealth>
requires Like<P, TcpProbe>
void fields(auto& v, const ProbeBody<P, kHealth>& m) {
  v.required(1, "port", m.probe.port);
  v.optional(kHealth ? 2 : 1002, "protocol", Protocol{m.probe.ipv6});
}
// A health check has the command itself, a check a message around it.
template <class P, bool kHealth>
requires Like<P, CommandInfo>
void fields(auto& v, const ProbeBody<P, kHealth>& m) {
  if constexpr (kHealth) {
    fields(v, m.probe);
  } else {
    v.required(1, "command", m.probe);
  }
}

template <std::size_t I, bool kHealth, class V>
struct ProbeAlternative {
  V& probe;
};
template <std::size_t I, bool kHealth, class V>
struct Kind<ProbeAlternative<I, kHealth, V>> {
  using View = ProbeAlternative<I, kHealth, V>;
  using T = std::variant_alternative_t<I, std::remove_const_t<V>>;
  static bool absent(const View& view) { return view.probe.index() != I; }
  static void put(Encoder& encoder, std::uint32_t number, const View& view) {
    using Body = ProbeBody<const T, kHealth>;
    Kind<Body>::put(encoder, number, Body{std::get<I>(view.probe)});
  }
  static void take(Decoder& decoder, View& view) {
    if (view.probe.index() != I) view.probe.template emplace<I>();
    ProbeBody<T, kHealth> body{std::get<I>(view.probe)};
    decoder.nested(body);
  }
};

// A check with the type that its message names: it has to be that of the member that is there.
template <class C>
struct Typed {
  C& check;
  CheckType type;
};
template <class C>
struct KindOfCheck {
  static bool absent(const C&) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, const C& check) {
    Kind<Typed<const C>>::put(encoder, number, {check, type_of(check.probe)});
  }
  static void take(Decoder& decoder, C& check) {
    Typed<C> view{check, CheckType::unknown};
    decoder.nested(view);
    if (!decoder.ok() || view.type == type_of(check.probe)) return;
    decoder.fail("is of type " + std::string(to_string(view.type)) + ", but what it has is of type " +
                 std::string(to_string(type_of(check.probe))));
  }
};
template <>
struct Kind<HealthCheck> : KindOfCheck<HealthCheck> {};
template <>
struct Kind<CheckInfo> : KindOfCheck<CheckInfo> {};

template <class M, class C>
concept TypedLike = requires(M& m) {
  m.type;
  requires Like<std::remove_reference_t<decltype(m.check)>, C>;
};

void fields(auto& v, TypedLike<HealthCheck> auto& typed) {
  auto& m = typed.check;
  using V = std::remove_reference_t<decltype((m.probe))>;
  v.optional(1, "http", ProbeAlternative<1, true, V>{m.probe});
  v.always(2, "delay_seconds", Seconds{m.delay});
  v.always(3, "interval_seconds", Seconds{m.interval});
  v.always(4, "timeout_seconds", Seconds{m.timeout});
  v.always(5, "consecutive_failures", m.consecutive_failures);
  v.always(6, "grace_period_seconds", Seconds{m.grace_period});
  v.optional(7, "command", ProbeAlternative<0, true, V>{m.probe});
  v.required(8, "type", typed.type);
  v.optional(9, "tcp", ProbeAlternative<2, true, V>{m.probe});
  v.optional(1000, "name", m.name);
}

void fields(auto& v, TypedLike<CheckInfo> auto& typed) {
  auto& m = typed.check;
  using V = std::remove_reference_t<decltype((m.probe))>;
  v.required(1, "type", typed.type);
  v.optional(2, "command", ProbeAlternative<0, false, V>{m.probe});
  v.optional(3, "http", ProbeAlternative<1, false, V>{m.probe});
  v.always(4, "delay_seconds", Seconds{m.delay});
  v.always(5, "interval_seconds", Seconds{m.interval});
  v.always(6, "timeout_seconds", Seconds{m.timeout});
  v.optional(7, "tcp", ProbeAlternative<2, false, V>{m.probe});
  v.optional(1000, "name", m.name);
}

// Exactly the member of its type is there, and empty as long as there is no result.
template <class O>
struct ResultOf {
  O& value;
  bool there;
  const char* name;
};
template <class O>
ResultOf(O&, bool, const char*) -> ResultOf<O>;
template <class O>
struct Kind<ResultOf<O>> {
  static bool absent(const ResultOf<O>& view) { return !view.there; }
  static void put(Encoder& encoder, std::uint32_t number, const ResultOf<O>& view) {
    const std::size_t at = encoder.open(number);
    using T = std::remove_cvref_t<decltype(*view.value)>;
    if (view.value) Kind<T>::put(encoder, 1, *view.value);
    encoder.close(at);
  }
  static void take(Decoder& decoder, ResultOf<O>& view) { decoder.nested(view); }
};
template <class O>
void fields(auto& v, const ResultOf<O>& view) {
  v.optional(1, view.name, view.value);
}

template <class S>
struct CheckResult {
  S& status;
};
template <class S>
void fields(auto& v, const CheckResult<S>& result) {
  auto& m = result.status;
  v.optional(1, "type", m.type);
  v.optional(2, "command", ResultOf{m.exit_code, m.type == CheckType::command, "exit_code"});
  v.optional(3, "http", ResultOf{m.status_code, m.type == CheckType::http, "status_code"});
  v.optional(4, "tcp", ResultOf{m.succeeded, m.type == CheckType::tcp, "succeeded"});
  v.optional(1000, "name", m.name);
}
template <>
struct Kind<CheckStatus> {
  static bool absent(const CheckStatus&) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, const CheckStatus& status) {
    Kind<CheckResult<const CheckStatus>>::put(encoder, number, {status});
  }
  static void take(Decoder& decoder, CheckStatus& status) {
    CheckResult<CheckStatus> view{status};
    decoder.nested(view);
    const bool fits = (!status.exit_code || status.type == CheckType::command) &&
                      (!status.status_code || status.type == CheckType::http) &&
                      (!status.succeeded || status.type == CheckType::tcp);
    if (decoder.ok() && !fits) {
      decoder.fail("has a result of another type than " + std::string(to_string(status.type)));
    }
  }
};

}  // namespace mesoscore::wire
