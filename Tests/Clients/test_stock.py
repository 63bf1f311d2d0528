"""StockService: the walk of prices and of the market's indices."""

import time
from itertools import islice

import grpc
import pytest

from support.host import Host

BASE_PRICES = {"AAPL": 150.0, "GOOGL": 2800.0, "MSFT": 300.0, "AMZN": 3200.0, "TSLA": 800.0}
BASE_VALUES = {"SPY": 400.0, "QQQ": 350.0, "IWM": 180.0}
STATUSES = ["OPEN", "CLOSED", "PRE_MARKET", "AFTER_HOURS"]
FAST = 10  # ms: the least interval by default


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    config = {"seed": 7, "marketStatus": "OPEN", "marketIntervalMs": 20}
    with Host(tmp_path_factory.mktemp("stock"), {"stock": config}) as host:
        yield host


@pytest.fixture(scope="module")
def stock(host, pb):
    return pb.stock.StockServiceStub(host.channel())


def take(call, count):
    """The first messages of an endless stream, which is then cancelled."""
    messages = list(islice(call, count))
    call.cancel()
    assert len(messages) == count
    return messages


def ticks(messages, size):
    return [messages[i : i + size] for i in range(0, len(messages), size)]


def is_cents(value):
    return value == pytest.approx(round(value, 2), abs=1e-9)


def test_without_symbols_all_five_are_sent_once_a_tick_with_one_timestamp(stock, pb):
    request = pb.stock.StockRequest(update_interval_ms=FAST)
    for tick in ticks(take(stock.GetStockPrices(request, timeout=20), 50), 5):
        assert sorted(price.symbol for price in tick) == sorted(BASE_PRICES)
        assert len({price.timestamp for price in tick}) == 1


def test_only_the_asked_symbols_are_sent(stock, pb):
    request = pb.stock.StockRequest(symbols=["TSLA", "AAPL"], update_interval_ms=FAST)
    for tick in ticks(take(stock.GetStockPrices(request, timeout=20), 20), 2):
        assert sorted(price.symbol for price in tick) == ["AAPL", "TSLA"]


def test_a_symbol_asked_twice_is_sent_once_a_tick(stock, pb):
    request = pb.stock.StockRequest(symbols=["MSFT", "MSFT", "AAPL"], update_interval_ms=FAST)
    for tick in ticks(take(stock.GetStockPrices(request, timeout=20), 10), 2):
        assert sorted(price.symbol for price in tick) == ["AAPL", "MSFT"]


def test_unknown_symbols_are_skipped(stock, pb):
    request = pb.stock.StockRequest(symbols=["NOPE", "GOOGL", ""], update_interval_ms=FAST)
    assert {price.symbol for price in take(stock.GetStockPrices(request, timeout=20), 5)} == {"GOOGL"}


def test_only_unknown_symbols_are_an_invalid_argument_that_names_them(stock, pb):
    request = pb.stock.StockRequest(symbols=["NOPE", "aapl", "ZÜRI"])
    with pytest.raises(grpc.RpcError) as error:
        next(stock.GetStockPrices(request, timeout=20))
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    for symbol in request.symbols:
        assert symbol in error.value.details()


def test_each_price_walks_from_its_base_in_cents_and_stays_above_zero(stock, pb):
    request = pb.stock.StockRequest(update_interval_ms=FAST)
    last = dict(BASE_PRICES)
    for price in take(stock.GetStockPrices(request, timeout=30), 500):
        assert price.price > 0
        assert is_cents(price.price) and is_cents(price.change) and is_cents(price.change_percent)
        # Each of the three figures may be off by half a cent.
        assert price.change == pytest.approx(price.price - last[price.symbol], abs=0.0151)
        assert price.change_percent == pytest.approx(100 * price.change / last[price.symbol], abs=0.05)
        assert 1000 <= price.volume <= 100_000
        last[price.symbol] = price.price
    assert last != BASE_PRICES


def test_steps_have_the_volatility_of_their_symbol(stock, pb):
    request = pb.stock.StockRequest(symbols=["AAPL", "TSLA"], update_interval_ms=FAST)
    steps = {"AAPL": [], "TSLA": []}
    for price in take(stock.GetStockPrices(request, timeout=30), 400):
        steps[price.symbol].append(price.change_percent)
    for symbol, volatility in (("AAPL", 2.0), ("TSLA", 3.0)):
        deviation = (sum(step**2 for step in steps[symbol]) / len(steps[symbol])) ** 0.5
        assert deviation == pytest.approx(volatility, rel=0.25)


def test_timestamps_are_milliseconds_of_now_and_never_go_back(stock, pb):
    before = int(time.time() * 1000) - 1000
    request = pb.stock.StockRequest(symbols=["AAPL"], update_interval_ms=FAST)
    stamps = [price.timestamp for price in take(stock.GetStockPrices(request, timeout=20), 20)]
    assert before <= stamps[0] and stamps[-1] <= time.time() * 1000 + 1000
    assert stamps == sorted(stamps)


def test_streams_of_two_clients_are_independent(stock, pb):
    one = stock.GetStockPrices(pb.stock.StockRequest(symbols=["AAPL"], update_interval_ms=FAST), timeout=20)
    two = stock.GetStockPrices(pb.stock.StockRequest(symbols=["TSLA"], update_interval_ms=FAST), timeout=20)
    assert {next(one).symbol for _ in range(5)} == {"AAPL"}
    one.cancel()
    assert {price.symbol for price in take(two, 5)} == {"TSLA"}


def test_the_interval_is_a_second_by_default(stock, pb):
    stamps = [p.timestamp for p in take(stock.GetStockPrices(pb.stock.StockRequest(symbols=["AAPL"]), timeout=20), 2)]
    assert 800 <= stamps[1] - stamps[0] < 10_000


def test_an_interval_below_the_minimum_is_raised_to_it(start_host, pb):
    host = start_host({"stock": {"minIntervalMs": 150}})
    stock = pb.stock.StockServiceStub(host.channel())
    request = pb.stock.StockRequest(symbols=["AAPL"], update_interval_ms=1)
    stamps = [price.timestamp for price in take(stock.GetStockPrices(request, timeout=20), 5)]
    assert stamps[-1] - stamps[0] >= 4 * 150 - 100


@pytest.mark.parametrize("interval", [-1, -(2**31), 2**31 - 1])
def test_a_senseless_interval_gives_a_tick_or_a_clear_refusal(stock, pb, interval):
    call = stock.GetStockPrices(pb.stock.StockRequest(symbols=["AAPL"], update_interval_ms=interval), timeout=20)
    try:
        assert next(call).symbol == "AAPL"
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert str(interval) in error.details()
    call.cancel()


def test_a_seed_makes_the_walk_repeatable(start_host, pb):
    def walk(seed):
        stock = pb.stock.StockServiceStub(start_host({"stock": {"seed": seed}}).channel())
        messages = take(stock.GetStockPrices(pb.stock.StockRequest(update_interval_ms=FAST), timeout=20), 50)
        return [(m.symbol, m.price, m.change, m.volume) for m in messages]

    first = walk(42)
    assert walk(42) == first
    assert walk(43) != first


def test_cancelled_streams_leave_the_host_serving(host, pb):
    stock = pb.stock.StockServiceStub(host.channel())
    for _ in range(100):
        call = stock.GetStockPrices(pb.stock.StockRequest(update_interval_ms=FAST), timeout=20)
        next(call)
        call.cancel()
        assert call.code() == grpc.StatusCode.CANCELLED
    assert take(stock.GetStockPrices(pb.stock.StockRequest(symbols=["AAPL"]), timeout=20), 1)


def test_the_clients_deadline_ends_an_endless_stream(stock, pb):
    call = stock.GetStockPrices(pb.stock.StockRequest(symbols=["AAPL"], update_interval_ms=FAST), timeout=0.3)
    with pytest.raises(grpc.RpcError) as error:
        for _ in call:
            pass
    assert error.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


# Market data


def test_without_indices_all_three_are_sent_once_a_tick(stock, pb):
    last = dict(BASE_VALUES)
    for tick in ticks(take(stock.GetMarketData(pb.stock.MarketRequest(), timeout=20), 60), 3):
        assert sorted(update.index_name for update in tick) == sorted(BASE_VALUES)
        assert len({update.timestamp for update in tick}) == 1
        for update in tick:
            assert update.status == "OPEN"
            assert update.value > 0 and is_cents(update.value) and is_cents(update.change)
            assert update.change == pytest.approx(update.value - last[update.index_name], abs=0.0151)
            last[update.index_name] = update.value
    assert last != BASE_VALUES


def test_only_the_asked_indices_are_sent_and_unknown_ones_skipped(stock, pb):
    request = pb.stock.MarketRequest(indices=["NOPE", "QQQ"])
    assert {update.index_name for update in take(stock.GetMarketData(request, timeout=20), 5)} == {"QQQ"}


def test_only_unknown_indices_are_an_invalid_argument_that_names_them(stock, pb):
    with pytest.raises(grpc.RpcError) as error:
        next(stock.GetMarketData(pb.stock.MarketRequest(indices=["DAX", "SMI"]), timeout=20))
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "DAX" in error.value.details() and "SMI" in error.value.details()


def test_a_closed_market_does_not_move(start_host, pb):
    host = start_host({"stock": {"marketStatus": "CLOSED", "marketIntervalMs": 20}})
    stock = pb.stock.StockServiceStub(host.channel())
    for update in take(stock.GetMarketData(pb.stock.MarketRequest(), timeout=20), 30):
        assert update.status == "CLOSED"
        assert (update.value, update.change, update.change_percent) == (BASE_VALUES[update.index_name], 0, 0)


@pytest.mark.parametrize("status", ["PRE_MARKET", "AFTER_HOURS"])
def test_the_hours_beside_the_session_have_their_own_status(start_host, pb, status):
    host = start_host({"stock": {"marketStatus": status, "marketIntervalMs": 20}})
    stock = pb.stock.StockServiceStub(host.channel())
    assert {u.status for u in take(stock.GetMarketData(pb.stock.MarketRequest(), timeout=20), 6)} == {status}


def test_by_default_the_clock_gives_the_status_and_updates_come_every_two_seconds(start_host, pb):
    stock = pb.stock.StockServiceStub(start_host(["stock"]).channel())
    updates = take(stock.GetMarketData(pb.stock.MarketRequest(indices=["SPY"]), timeout=30), 2)
    assert all(update.status in STATUSES for update in updates)
    assert 1800 <= updates[1].timestamp - updates[0].timestamp < 12_000
