"""A Jupyter server for the browser tests, open to this machine alone. Never use it otherwise."""

import json
import os
import socket
from pathlib import Path
from shutil import rmtree

c = get_config()  # noqa: F821

scratch = Path(os.environ["CELLORDER_UI_TESTS"])
rmtree(scratch, ignore_errors=True)
for folder in ("files", "settings", "workspaces"):
    (scratch / folder).mkdir(parents=True)

c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.allow_root = True
c.ServerApp.root_dir = str(scratch / "files")
c.IdentityProvider.token = ""
c.ServerApp.password = ""

for app in (c.LabApp, c.JupyterNotebookApp):
    app.expose_app_in_browser = True
    app.user_settings_dir = str(scratch / "settings")
    app.workspaces_dir = str(scratch / "workspaces")

# JupyterLab itself would ask for news and updates; nothing else may leave the machine.
notifications = scratch / "settings" / "@jupyterlab" / "apputils-extension"
notifications.mkdir(parents=True)
(notifications / "notification.jupyterlab-settings").write_text(
    json.dumps({"fetchNews": "false", "checkForUpdates": False})
)

c.BaseFileIdManager.db_path = str(scratch / "file_ids.db")

# Real-time collaboration changes how every document is opened: it has a server of its own.
if os.environ.get("CELLORDER_UI_TESTS_TOGETHER"):
    c.SQLiteYStore.db_path = str(scratch / "updates.db")
else:
    c.ServerApp.jpserver_extensions = {"jupyter_server_ydoc": False}
    page_config = Path(os.environ["JUPYTER_CONFIG_DIR"]) / "labconfig" / "page_config.json"
    page_config.parent.mkdir(parents=True)
    disabled = ("@jupyter/collaboration-extension", "@jupyter/docprovider-extension")
    page_config.write_text(json.dumps({"disabledExtensions": dict.fromkeys(disabled, True)}))

# The server is cut off: what it tries to reach beyond this machine is refused and noted.
_connect = socket.socket.connect


def connect(self: socket.socket, address: object) -> None:
    """Connect within this machine only."""
    if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
        with (scratch / "refused").open("a") as refused:
            refused.write(f"{address[0]}\n")
        raise ConnectionRefusedError(f"the browser tests block {address[0]}")
    _connect(self, address)


socket.socket.connect = connect
