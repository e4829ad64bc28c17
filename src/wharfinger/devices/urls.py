"""Where devices are on the web."""

from django.urls import path

from wharfinger.devices.pages import about, devices, install

app_name = "devices"
urlpatterns = [
    path("devices/", devices.device_list, name="devices"),
    path("devices/<int:pk>/", devices.device, name="device"),
    path("devices/<int:pk>/change/", devices.change_device, name="change_device"),
    path("devices/<int:pk>/move/", devices.move_device, name="move_device"),
    path("devices/<int:pk>/relate/", devices.relate_device, name="relate_device"),
    path("devices/<int:pk>/unrelate/", devices.unrelate_device, name="unrelate_device"),
    path("organizations/<int:pk>/brought/", install.brought, name="brought"),
    path("devices/install/<int:sheet>/", install.install_goods, name="install"),
    path("work-orders/<int:pk>/devices/name/", about.name, name="name_device"),
    path("work-orders/<int:pk>/devices/leave-out/", about.leave_out, name="leave_out_device"),
    path("subscriptions/<int:subscription>/end/", devices.end_subscription, name="end_subscription"),
    path("organizations/<int:pk>/assets/", devices.organization_assets, name="assets"),
]
