# Lines of results.jsonl (slurped) -> the Markdown table of run.sh.

def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;

def grouped: # 1234567 -> "1,234,567"
  round | tostring | [match("\\d{1,3}(?=(\\d{3})*$)"; "g").string] | join(",");
def decimals($n): # 1.5 -> "1.50"
  . as $x | pow(10; $n) as $p | ($x * $p | round) as $all | ($all / $p | floor | tostring) + "." + (($all % $p + $p) | tostring | .[1:]);
def percent: "\(. * 100 | round) %";

# The server's core was not full: it could have done more, so its throughput, and a ratio of it, is a lower bound.
def lower_bound: .server_share < 0.95;
def client_was_limit: lower_bound and .client >= 0.95;

"gRPC C++ async" as $peer
| reduce .[] as $run ({}; .[$run.kind][$run.server] += [$run])
| with_entries(.value |= with_entries(.value |= {
    rate: (map(.messages_per_s) | median),
    cpu: (map(.server_cpu_us_per_message) | median),
    client: (map(.client_cpu_share) | median),
    server_share: (map(.server_cpu_share) | median),
  }))
| . as $kinds
| [$kinds[][] | select(lower_bound)] as $limited
| "| kind | server | messages/s | x gRPC C++ | server CPU us/message | x less CPU | client CPU |",
  "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
  ($kinds | to_entries[] | .key as $kind | .value[$peer] as $base | .value | to_entries[]
    | .key as $server | .value
    | (if lower_bound then ">= " else "" end) as $bound
    | (if $base == null or $server == $peer then ["-", "-"]
       else [$bound + (.rate / $base.rate | decimals(1)), ($base.cpu / .cpu | decimals(1))] end) as [$faster, $cheaper]
    | "| \($kind) | \($server) | \($bound)\(.rate | grouped) | \($faster) | \(.cpu | decimals(2)) | \($cheaper) | \(.client | percent)\(if client_was_limit then " (the limit)" else "" end) |"),
  (if ($limited | length) > 0
   then "\n`>=`: the server's core was not full, so this is a lower bound; \"(the limit)\": the load client's was. The CPU ratio holds."
   else empty end)
