"""A Jupyter server for the browser tests: open to this machine, with empty settings. Never use it otherwise."""

import os
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

c.LabApp.expose_app_in_browser = True
c.LabApp.user_settings_dir = str(scratch / "settings")
c.LabApp.workspaces_dir = str(scratch / "workspaces")
c.JupyterNotebookApp.expose_app_in_browser = True
c.JupyterNotebookApp.user_settings_dir = str(scratch / "settings")
c.JupyterNotebookApp.workspaces_dir = str(scratch / "workspaces")

# Neither news nor update checks: the tests watch for any request that leaves the server.
notifications = scratch / "settings" / "@jupyterlab" / "apputils-extension"
notifications.mkdir(parents=True)
(notifications / "notification.jupyterlab-settings").write_text(
    '{"fetchNews": "false", "checkForUpdates": false}'
)
