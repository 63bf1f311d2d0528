"""The admin service, by a client that is not ours."""

import grpc
import pytest

from support.admin import Admin
from support.paths import files_under, plugin
from support.tally import build


@pytest.mark.parametrize("name", ["../evil", "a/b", "..", ".hidden", "x" * 65], ids=["above", "below", "dots", "hidden", "long"])
def test_a_plugin_can_only_be_named_as_the_configuration_could_name_it(start_host, pb, tmp_path, name):
    host = start_host([build(tmp_path, "v0")])
    admin = Admin(host, pb)
    before = files_under(host.folder)
    with pytest.raises(grpc.RpcError) as error:
        # The file service makes its folder, of the plugin's name, at the start.
        admin.stub.LoadPlugin(pb.admin.LoadPluginRequest(library=str(plugin("file")), name=name), timeout=20)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "name" in error.value.details()
    assert files_under(host.folder) == before and not (host.data.parent / "evil").exists()
