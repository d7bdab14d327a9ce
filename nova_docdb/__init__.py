"""The OpenStack Nova (Grizzly) database API on MongoDB.

::

    from nova_docdb import context, db

    admin = context.get_admin_context()
    db.instance_create(admin, {"project_id": "demo", "hostname": "web"})
"""

__version__ = "0.2.0"
