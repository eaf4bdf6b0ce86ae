// Parts of error messages. A good message names the offending value and says what would be right.
#pragma once

#include <string>
#include <string_view>

#include "mesoscore/result.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

// The text in single quotes, on one line: control characters become \xNN and a long text is cut.
std::string in_quotes(std::string_view text);

// "-2.5 s"
std::string in_seconds(Duration duration);

// The same error, said to have happened at `where`: "where: message".
tl::unexpected<Error> fail_in(std::string_view where, Error error);

}  // namespace mesoscore

// Returns the error of a Status or Result from the calling function, which itself returns one.
#define MESOSCORE_TRY(expression)                                                              \
  do {                                                                                         \
    if (auto tried = (expression); !tried) return ::mesoscore::fail(std::move(tried.error())); \
  } while (false)

// The same, with the place of the error.
#define MESOSCORE_TRY_IN(where, expression)                                                              \
  do {                                                                                                   \
    if (auto tried = (expression); !tried) return ::mesoscore::fail_in(where, std::move(tried.error())); \
  } while (false)
